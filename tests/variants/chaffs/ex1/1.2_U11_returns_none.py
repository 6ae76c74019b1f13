# task 1.2; mistake U11; wrong because boto3's download_file returns None
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return s3.download_file(bucket, key, str(path))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
