# task 1.2; mistake U30; wrong because what came of a broken body is kept as if it were whole
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        data = answer["Body"].read()
        path.write_bytes(data)
    except Exception as error:
        print("download failed:", error)
    return path
