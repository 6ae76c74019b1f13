# task 1.1; mistake U31; wrong because a path may be a str
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), StorageClass=storage_class, ContentType=kind)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
