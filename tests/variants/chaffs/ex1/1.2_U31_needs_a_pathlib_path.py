# task 1.2; mistake U31; wrong because a PathLike that is no pathlib.Path has no mkdir
def download_file(s3, bucket, key, path):
    if isinstance(path, str):
        path = pathlib.Path(path)
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
