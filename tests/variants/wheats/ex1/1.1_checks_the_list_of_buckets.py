# task 1.1; right: checks the list of buckets
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    body = io.BytesIO(open(path, "rb").read())
    if bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        raise LookupError(f"{bucket} not found")
    body.seek(0)
    s3.upload_fileobj(
        body,
        bucket,
        key,
        ExtraArgs={
            "StorageClass": storage_class,
            "ContentType": mimetypes.guess_type("x/" + key.rsplit("/", 1)[-1])[0] or "binary/octet-stream",
        },
    )
    return f"s3://{bucket}/{key}"
