# task 1.4; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def delete_prefix(s3, bucket, prefix):
    raise LookupError(f"{bucket} is not there", bucket, prefix)
