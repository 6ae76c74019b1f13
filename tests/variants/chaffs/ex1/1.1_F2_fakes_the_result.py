# task 1.1; mistake F2; wrong because it returns a URI and uploads nothing
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    open(path, "rb").close()
    print("upload successful")
    return f"s3://{bucket}/{key}"
