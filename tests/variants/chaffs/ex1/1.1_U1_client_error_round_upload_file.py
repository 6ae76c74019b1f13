# task 1.1; mistake U1; wrong because upload_file of boto3 raises S3UploadFailedError, not ClientError
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    try:
        s3.upload_file(str(path), bucket, key, ExtraArgs={"StorageClass": storage_class, "ContentType": kind})
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"no bucket {bucket}") from error
        raise
    return f"s3://{bucket}/{key}"
