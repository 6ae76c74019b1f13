# task 1.1; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    raise LookupError(f"{path} is not there", path, bucket, key)
