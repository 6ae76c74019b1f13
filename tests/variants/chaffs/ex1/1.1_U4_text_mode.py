# task 1.1; mistake U4; wrong because the file is read as text, which changes its bytes
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), StorageClass=storage_class, ContentType=kind)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
