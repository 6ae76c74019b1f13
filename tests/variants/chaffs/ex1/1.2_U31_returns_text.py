# task 1.2; mistake U31; wrong because the path comes back as text
def download_file(s3, bucket, key, path):
    target = pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(target))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key}") from error
        raise
    return str(path)
