# task 1.4; mistake L14; wrong because how many is asked, not which
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys, errors = list_keys(s3, bucket, prefix), []
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return keys
