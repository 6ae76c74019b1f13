# task 1.2; mistake F1; wrong because an object of no bytes is taken for a missing one
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    with lookup_error(f"{bucket}/{key}", "404", "NoSuchKey", "NoSuchBucket"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if not body:
        raise LookupError(f"{bucket}/{key} is empty")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path
