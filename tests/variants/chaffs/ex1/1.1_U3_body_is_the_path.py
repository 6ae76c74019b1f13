# task 1.1; mistake U3; wrong because put_object stores the bytes of the path instead of the file
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=str(path), StorageClass=storage_class, ContentType=kind)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
