# task 5.2; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def load_model(s3, bucket, name, version=None):
    raise LookupError(f"{bucket} is not there", bucket, name, version)
