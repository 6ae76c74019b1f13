# task 1.2; style: download_file of boto3 and the code of the error
def download_file(s3, bucket: str, key: str, path: str | os.PathLike) -> pathlib.Path:
    target = pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        s3.download_file(bucket, key, str(target))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"s3://{bucket}/{key} does not exist") from error
        raise
    return target
