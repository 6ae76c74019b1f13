# task 1.1; right: put object
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    data = pathlib.Path(path).read_bytes()
    options = {}
    kind, encoding = mimetypes.guess_type(key)
    if kind:
        options["ContentType"] = kind
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=data, StorageClass=storage_class, **options)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(f"bucket {bucket!r} not found") from None
    return "s3://" + bucket + "/" + key
