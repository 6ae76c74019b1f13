"""pyarrow, over the C++ SDK of AWS: streams, ranges, a listing, a move."""

import os
import sys

from pyarrow import fs

bucket, many = sys.argv[1:3]
where = {"endpoint_override": os.environ["AWS_ENDPOINT_URL"].split("//")[1], "scheme": "http", "region": "us-east-1"}
store = fs.S3FileSystem(**where)
with store.open_output_stream(f"{bucket}/small") as out:
    out.write(b"0123456789")
with store.open_input_file(f"{bucket}/small") as file:
    file.seek(2)
    assert file.read(3) == b"234"
big = os.urandom(20 << 20)
with store.open_output_stream(f"{bucket}/big") as out:
    for start in range(0, len(big), 3 << 20):
        out.write(big[start : start + (3 << 20)])
with store.open_input_stream(f"{bucket}/big") as file:
    assert file.read() == big
assert len(store.get_file_info(fs.FileSelector(many, recursive=True))) == 1100
store.copy_file(f"{bucket}/small", f"{bucket}/copy")
store.move(f"{bucket}/copy", f"{bucket}/moved")
assert store.get_file_info(f"{bucket}/moved").size == 10
store.delete_file(f"{bucket}/moved")
assert store.get_file_info(f"{bucket}/moved").type == fs.FileType.NotFound
