# task 1.1; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    return None
