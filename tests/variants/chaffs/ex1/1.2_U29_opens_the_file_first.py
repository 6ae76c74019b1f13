# task 1.2; mistake U29; wrong because the file is emptied before S3 has answered
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        try:
            s3.download_fileobj(bucket, key, file)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                raise LookupError(f"s3://{bucket}/{key}") from error
            raise
    return path
