# task 1.2; right: HEAD, then ranged GETs in threads, pinned to one ETag
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import ClientError

CHUNK = 1024 * 1024


def download_file(s3, bucket, key, path):
    target = Path(path)
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as e:
        if e.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise LookupError(f"s3://{bucket}/{key}") from e
        raise

    def piece(start):
        end = min(start + CHUNK, head["ContentLength"]) - 1
        answer = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{end}", IfMatch=head["ETag"])
        return answer["Body"].read()

    with ThreadPoolExecutor(4) as pool:
        pieces = list(pool.map(piece, range(0, head["ContentLength"], CHUNK)))
    target.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(fd, "wb") as out:
            out.writelines(pieces)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    return target
