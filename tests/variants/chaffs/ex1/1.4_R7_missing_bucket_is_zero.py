# task 1.4; mistake R7; wrong because a bucket that is not there reads as nothing to delete
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    try:
        keys, errors = list_keys(s3, bucket, prefix), []
    except LookupError:
        return 0
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(keys)
