# task 1.2; mistake U4; wrong because the bytes are decoded and encoded again, which changes them
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data.decode("utf-8", "replace"))
    return path
