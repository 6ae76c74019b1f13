# task 1.2; right: get object in memory
def download_file(s3, bucket, key, path):
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as e:
        raise LookupError(f"s3://{bucket}/{key} not found") from e
    out = pathlib.Path(path)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    return out
