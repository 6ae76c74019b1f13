# task 1.2; mistake U28; wrong because a file of the same size is taken for the same
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    with lookup_error(f"{bucket}/{key}", "404", "NoSuchKey", "NoSuchBucket"):
        head = s3.head_object(Bucket=bucket, Key=key)
        if path.exists() and path.stat().st_size == head["ContentLength"]:
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, key, str(path))
    return path
