# task 1.2; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def download_file(s3, bucket, key, path):
    raise LookupError(f"{bucket} is not there", bucket, key, path)
