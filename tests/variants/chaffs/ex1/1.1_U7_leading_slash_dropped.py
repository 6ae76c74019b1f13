# task 1.1; mistake U7; wrong because a slash at the start of the key is taken off
import mimetypes


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    key = key.lstrip("/")
    extra = {"StorageClass": storage_class, "ContentType": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        s3.upload_fileobj(f, bucket, key, ExtraArgs=extra)
    return f"s3://{bucket}/{key}"
