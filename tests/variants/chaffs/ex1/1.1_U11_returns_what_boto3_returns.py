# task 1.1; mistake U11; wrong because upload_file of boto3 always returns None
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            return s3.upload_fileobj(file, bucket, key, ExtraArgs={"StorageClass": storage_class, "ContentType": kind})
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
