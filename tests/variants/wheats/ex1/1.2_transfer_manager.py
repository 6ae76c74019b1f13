# task 1.2; right: s3transfer with small ranges, to a name beside the file
import os
import pathlib

from botocore.exceptions import ClientError
from s3transfer.manager import TransferConfig, TransferManager


def download_file(s3, bucket, key, path):
    path = pathlib.Path(os.fspath(path))
    os.makedirs(path.parent, exist_ok=True)
    temporary = path.parent / (path.name + ".download")
    try:
        with TransferManager(s3, TransferConfig(multipart_threshold=1, multipart_chunksize=256 * 1024)) as manager:
            manager.download(bucket, key, str(temporary)).result()
        temporary.replace(path)
    except ClientError as e:
        if e.response["Error"]["Code"] == "404":
            raise LookupError(f"{bucket}/{key}") from e
        raise
    finally:
        temporary.unlink(missing_ok=True)
    return path
