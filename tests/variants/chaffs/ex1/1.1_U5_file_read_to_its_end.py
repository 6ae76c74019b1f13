# task 1.1; mistake U5; wrong because the file pointer stands at the end when the upload starts
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        print("uploading", len(file.read()), "bytes")
        try:
            s3.upload_fileobj(file, bucket, key, ExtraArgs={"StorageClass": storage_class, "ContentType": kind})
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
    return f"s3://{bucket}/{key}"
