# task 1.4; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def delete_prefix(s3, bucket, prefix):
    return None
