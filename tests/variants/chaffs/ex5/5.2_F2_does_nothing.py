# task 5.2; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def load_model(s3, bucket, name, version=None):
    return None
