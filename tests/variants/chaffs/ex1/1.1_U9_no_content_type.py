# task 1.1; mistake U9; wrong because without a Content-Type the object is binary/octet-stream
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class)
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
