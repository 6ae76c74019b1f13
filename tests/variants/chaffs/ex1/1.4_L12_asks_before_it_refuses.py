# task 1.4; mistake L12; wrong because AWS is asked before the empty prefix is refused
def delete_prefix(s3, bucket, prefix):
    keys, errors = list_keys(s3, bucket, prefix), []
    if prefix == "":
        raise ValueError("empty prefix")
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(keys)
