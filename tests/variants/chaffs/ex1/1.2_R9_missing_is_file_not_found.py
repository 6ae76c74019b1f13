# task 1.2; mistake R9; wrong because FileNotFoundError is no LookupError
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        raise FileNotFoundError(f"s3://{bucket}/{key}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
