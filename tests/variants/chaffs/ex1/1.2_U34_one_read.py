# task 1.2; mistake U34; wrong because one read of a mebibyte at the most
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    with lookup_error(f"{bucket}/{key}", "NoSuchKey", "NoSuchBucket"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read(1024 * 1024)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path
