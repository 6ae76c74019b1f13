# task 1.1; style: isfile first, upload_file, the error behind S3UploadFailedError
from boto3.exceptions import S3UploadFailedError


def upload_file(s3, path: str | os.PathLike, bucket: str, key: str, *, storage_class: str = "STANDARD") -> str:
    if not os.path.isfile(path):
        raise FileNotFoundError(os.fspath(path))
    extra = {"StorageClass": storage_class}
    if (kind := mimetypes.guess_type(key)[0]) is not None:
        extra["ContentType"] = kind
    try:
        s3.upload_file(Filename=os.fspath(path), Bucket=bucket, Key=key, ExtraArgs=extra)
    except S3UploadFailedError as error:
        cause = error.__context__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    return "s3://" + bucket + "/" + key
