# task 1.4; mistake F2; wrong because it returns a number and deletes nothing
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("prefix")
    print("deleted", prefix)
    return 3
