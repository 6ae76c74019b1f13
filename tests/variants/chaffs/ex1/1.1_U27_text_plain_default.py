# task 1.1; mistake U27; wrong because what has no known type is not text
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "text/plain"
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType=kind)
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
