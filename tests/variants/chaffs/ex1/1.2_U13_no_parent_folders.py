# task 1.2; mistake U13; wrong because folders that are missing are not created
def download_file(s3, bucket, key, path):
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    with open(path, "wb") as file:
        file.write(data)
    return pathlib.Path(path)
