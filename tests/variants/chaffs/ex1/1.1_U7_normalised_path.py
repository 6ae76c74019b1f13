# task 1.1; mistake U7; wrong because the key is tidied up with posixpath
import mimetypes
import posixpath


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    extra = {"StorageClass": storage_class, "ContentType": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        s3.upload_fileobj(f, bucket, posixpath.normpath(key), ExtraArgs=extra)
    return f"s3://{bucket}/{key}"
