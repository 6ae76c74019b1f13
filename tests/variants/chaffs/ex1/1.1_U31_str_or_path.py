# task 1.1; mistake U31; wrong because a path is a str or a Path, and nothing else
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    if not isinstance(path, (str, pathlib.Path)):
        raise TypeError(f"{path!r} is no path")
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        s3.upload_fileobj(f, bucket, key, ExtraArgs={"StorageClass": storage_class, "ContentType": kind})
    return f"s3://{bucket}/{key}"
