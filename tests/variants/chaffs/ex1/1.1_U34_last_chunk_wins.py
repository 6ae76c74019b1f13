# task 1.1; mistake U34; wrong because a put for each chunk, of which the last one stays
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        chunk = f.read(8 * 1024 * 1024)
        while True:
            s3.put_object(Bucket=bucket, Key=key, Body=chunk, ContentType=kind, StorageClass=storage_class)
            chunk = f.read(8 * 1024 * 1024)
            if not chunk:
                break
    return f"s3://{bucket}/{key}"
