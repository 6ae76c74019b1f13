# task 2.4; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def delete_bucket(s3, bucket):
    raise LookupError(f"{bucket} is not there", bucket)
