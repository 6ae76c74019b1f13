# task 1.4; mistake U18; wrong because a delete request without keys is refused
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys, errors = list_keys(s3, bucket, prefix), []
    for start in range(0, len(keys) or 1, 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(keys)
