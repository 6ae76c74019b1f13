# task 1.2; mistake U29; wrong because clearing up after a failure takes the old file away
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(path))
    except ClientError as error:
        path.unlink(missing_ok=True)
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
    return path
