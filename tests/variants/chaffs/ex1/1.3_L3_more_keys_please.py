# task 1.3; mistake L3; wrong because MaxKeys never raises the 1,000
def list_keys(s3, bucket, prefix=""):
    try:
        answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=100000)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return [item["Key"] for item in answer.get("Contents", [])]
