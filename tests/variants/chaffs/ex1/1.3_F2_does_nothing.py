# task 1.3; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def list_keys(s3, bucket, prefix=""):
    return None
