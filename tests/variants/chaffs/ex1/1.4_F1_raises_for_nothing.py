# task 1.4; mistake F1; wrong because nothing to delete is 0, not an error
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys, errors = list_keys(s3, bucket, prefix), []
    if not keys:
        raise LookupError(f"nothing under {prefix} in {bucket}")
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(keys)
