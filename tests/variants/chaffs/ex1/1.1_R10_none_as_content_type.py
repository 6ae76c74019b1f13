# task 1.1; mistake R10; wrong because guess_type gives None, which boto3 refuses as a parameter
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    with open(path, "rb") as file:
        try:
            s3.put_object(
                Bucket=bucket,
                Key=key,
                Body=file,
                StorageClass=storage_class,
                ContentType=mimetypes.guess_type(key)[0],
            )
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
