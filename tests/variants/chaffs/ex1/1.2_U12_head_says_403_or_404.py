# task 1.2; mistake U12; wrong because forbidden is counted among the codes of absent
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "403", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
    path.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(path))
    return path
