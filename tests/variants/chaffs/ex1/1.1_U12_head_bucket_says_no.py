# task 1.1; mistake U12; wrong because every error of head_bucket reads as "no bucket"
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    data = pathlib.Path(path).read_bytes()
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        raise LookupError(f"{bucket} does not exist") from None
    s3.put_object(Bucket=bucket, Key=key, Body=data, StorageClass=storage_class, ContentType=kind)
    return f"s3://{bucket}/{key}"
