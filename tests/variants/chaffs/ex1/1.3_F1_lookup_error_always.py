# task 1.3; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def list_keys(s3, bucket, prefix=""):
    raise LookupError(f"{bucket} is not there", bucket, prefix)
