# task 1.1; mistake R7; wrong because a missing bucket reads as a result
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType=kind)
        except s3.exceptions.NoSuchBucket:
            print("bucket does not exist")
            return ""
    return f"s3://{bucket}/{key}"
