# task 1.2; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def download_file(s3, bucket, key, path):
    return None
