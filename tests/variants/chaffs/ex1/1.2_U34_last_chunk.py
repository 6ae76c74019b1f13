# task 1.2; mistake U34; wrong because each chunk is written over the one before
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    with lookup_error(f"{bucket}/{key}", "NoSuchKey", "NoSuchBucket"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    for start in range(0, len(body), 1024 * 1024):
        path.write_bytes(body[start : start + 1024 * 1024])
    return path
