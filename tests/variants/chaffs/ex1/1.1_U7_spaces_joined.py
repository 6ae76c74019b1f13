# task 1.1; mistake U7; wrong because spaces round the key are taken off
import mimetypes


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    key = " ".join(key.split())
    extra = {"StorageClass": storage_class, "ContentType": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        s3.upload_fileobj(f, bucket, key, ExtraArgs=extra)
    return f"s3://{bucket}/{key}"
