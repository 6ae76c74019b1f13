# task 1.2; mistake U28; wrong because a file that exists is taken for the download
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(path))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
    return path
