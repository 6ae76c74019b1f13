# task 1.1; mistake U25; wrong because a missing file becomes an empty object
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    data = open(path, "rb").read() if os.path.exists(path) else b""
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=data, StorageClass=storage_class, ContentType=kind)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
