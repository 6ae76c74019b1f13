# task 1.4; mistake L14; wrong because what is counted are requests, not objects
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys, errors, count = list_keys(s3, bucket, prefix), [], 0
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
        count += 1
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return count
