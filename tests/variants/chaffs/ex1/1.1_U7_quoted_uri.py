# task 1.1; mistake U7; wrong because the URI does not hold the key as it was given
from urllib.parse import quote


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType=kind)
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{quote(key)}"
