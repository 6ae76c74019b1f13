# task 1.3; mistake L2; wrong because one call answers with at most 1,000 keys
def list_keys(s3, bucket, prefix=""):
    try:
        answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return [item["Key"] for item in answer.get("Contents", [])]
