# task 1.2; mistake U12; wrong because a 403 is told as a missing object
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(path))
    except ClientError as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    return path
