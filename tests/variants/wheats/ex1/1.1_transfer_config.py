# task 1.1; right: upload_file with a TransferConfig of small parts, both errors told apart by what is behind them
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    if not os.path.exists(path):
        raise FileNotFoundError(f"no file {path}")
    extra = {"StorageClass": storage_class}
    kind, packing = mimetypes.guess_type(key)
    if kind:
        extra["ContentType"] = kind
    small = TransferConfig(multipart_threshold=5 * 1024 * 1024, max_concurrency=2, use_threads=True)
    try:
        s3.upload_file(Filename=os.fspath(path), Bucket=bucket, Key=key, ExtraArgs=extra, Config=small)
    except S3UploadFailedError as error:
        cause = error.__context__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"bucket {bucket} is not there") from error
        raise
    return "s3://%s/%s" % (bucket, key)
