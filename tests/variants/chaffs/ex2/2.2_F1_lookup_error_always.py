# task 2.2; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def secure_bucket(s3, bucket):
    raise LookupError(f"{bucket} is not there", bucket)
