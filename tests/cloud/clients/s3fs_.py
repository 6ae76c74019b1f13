"""s3fs: files as on a disk, and pandas over it."""

import os
import sys

import s3fs

bucket, many = sys.argv[1:3]
files = s3fs.S3FileSystem()
files.pipe(f"{bucket}/small", b"0123456789")
with files.open(f"{bucket}/small", "rb") as file:
    file.seek(2)
    assert file.read(3) == b"234"
big = os.urandom(20 << 20)
with files.open(f"{bucket}/big", "wb", block_size=6 << 20) as out:
    out.write(big)
assert files.cat(f"{bucket}/big") == big
assert len(files.ls(many)) == 1100
files.copy(f"{bucket}/small", f"{bucket}/copy")
files.rm(f"{bucket}/copy")
assert not files.exists(f"{bucket}/copy")
