# task 1.2; right: head first
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(f"{key} in {bucket}") from error
        raise
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
    s3.download_file(Bucket=bucket, Key=key, Filename=os.fspath(path))
    return path
