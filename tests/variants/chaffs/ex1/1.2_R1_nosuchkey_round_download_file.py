# task 1.2; mistake R1; wrong because download_file of boto3 asks with HEAD, whose code is 404
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(path))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
    return path
