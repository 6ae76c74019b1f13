# task 1.1; right: upload file and its text
from boto3.exceptions import S3UploadFailedError


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    extra = {"StorageClass": storage_class}
    if (content_type := mimetypes.guess_type(key)[0]) is not None:
        extra["ContentType"] = content_type
    try:
        s3.upload_file(os.fspath(path), bucket, key, ExtraArgs=extra)
    except S3UploadFailedError as e:
        if "NoSuchBucket" in str(e):
            raise KeyError(bucket) from e
        raise
    return f"s3://{bucket}/{key}"
