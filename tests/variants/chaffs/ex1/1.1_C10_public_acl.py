# task 1.1; mistake C10; wrong because the object is made public, which buckets refuse
import mimetypes


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    extra = {"StorageClass": storage_class, "ContentType": kind, "ACL": "public-read"}
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        s3.upload_fileobj(f, bucket, key, ExtraArgs=extra)
    return f"s3://{bucket}/{key}"
