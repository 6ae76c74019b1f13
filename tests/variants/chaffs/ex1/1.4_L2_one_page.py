# task 1.4; mistake L2; wrong because only the first page is deleted
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    try:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    if not found:
        return 0
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": item["Key"]} for item in found]})
    if answer.get("Errors"):
        raise RuntimeError(str([e["Key"] for e in answer["Errors"]]))
    return len(found)
