# task 1.2; mistake U31; wrong because os.path.dirname of a bare name is empty, which makedirs refuses
def download_file(s3, bucket, key, path):
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return pathlib.Path(path)
