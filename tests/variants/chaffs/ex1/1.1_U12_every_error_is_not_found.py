# task 1.1; mistake U12; wrong because a 403 is told as a missing bucket
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType=kind)
        except ClientError as error:
            raise LookupError(bucket) from error
    return f"s3://{bucket}/{key}"
