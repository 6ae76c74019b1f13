# task 1.4; mistake U7; wrong because a slash before the prefix is taken off
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError(prefix)
    keys = list_keys(s3, bucket, prefix.lstrip("/"))
    errors = []
    for start in range(0, len(keys), 1000):
        objects = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": objects}).get("Errors", [])
    if errors:
        raise RuntimeError(", ".join(e["Key"] for e in errors))
    return len(keys)
