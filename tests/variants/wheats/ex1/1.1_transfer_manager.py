# task 1.1; right: s3transfer's TransferManager, used directly
import mimetypes
import os

from botocore.exceptions import ClientError
from s3transfer.manager import TransferConfig, TransferManager


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    guessed = mimetypes.guess_type(key)[0]
    extra = {"StorageClass": storage_class}
    if guessed is not None:
        extra["ContentType"] = guessed
    filename = os.fspath(path)
    if not os.path.isfile(filename):
        raise FileNotFoundError(filename)
    config = TransferConfig(multipart_threshold=6 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
    with TransferManager(s3, config) as manager:
        future = manager.upload(filename, bucket, key, extra_args=extra)
        try:
            future.result()
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(bucket) from exc
            raise
    return "s3://" + bucket + "/" + key
