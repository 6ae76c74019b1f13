# task 1.4; mistake F3; wrong because it counts and deletes nothing
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    return len(list_keys(s3, bucket, prefix))
