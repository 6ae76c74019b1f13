# task 5.2; mistake F1; earns 0; wrong because it raises ValueError whatever is asked
def load_model(s3, bucket, name, version=None):
    raise ValueError(bucket, name, version)
