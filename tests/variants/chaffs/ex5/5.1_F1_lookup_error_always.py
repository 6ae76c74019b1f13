# task 5.1; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def save_model(s3, model, bucket, name):
    raise LookupError(f"{bucket} is not there", bucket, name)
