# task 1.1; style: put_object with an open file
def upload_file(s3, path: str | os.PathLike, bucket: str, key: str, *, storage_class: str = "STANDARD") -> str:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as body:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=storage_class, ContentType=kind)
        except s3.exceptions.NoSuchBucket as error:
            raise LookupError(f"bucket {bucket} does not exist") from error
    return f"s3://{bucket}/{key}"
