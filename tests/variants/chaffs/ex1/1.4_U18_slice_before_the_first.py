# task 1.4; mistake U16, U18; wrong because the first group of keys is empty, and S3 refuses a delete without keys
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("prefix")
    keys, refused = list_keys(s3, bucket, prefix), []
    for start in range(-1, len(keys), 1000):
        group = [{"Key": key} for key in keys[start : start + 1000]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": group})
        refused += [error["Key"] for error in answer.get("Errors", [])]
    if refused:
        raise RuntimeError(", ".join(refused))
    return len(keys)
