# task 1.1; mistake U9; wrong because every object is called CSV
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType="text/csv")
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
