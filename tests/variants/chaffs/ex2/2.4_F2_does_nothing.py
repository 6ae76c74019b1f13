# task 2.4; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def delete_bucket(s3, bucket):
    return None
