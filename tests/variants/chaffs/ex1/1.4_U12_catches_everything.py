# task 1.4; mistake U12; wrong because whatever AWS says reads as nothing deleted
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    errors = []
    try:
        keys = list_keys(s3, bucket, prefix)
    except ClientError as error:
        print("could not list:", error)
        return 0
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start : start + 1000]]
        errors += s3.delete_objects(Bucket=bucket, Delete={"Objects": batch}).get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(keys)
