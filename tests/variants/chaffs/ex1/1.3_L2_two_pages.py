# task 1.3; mistake L2; wrong because only one more page is asked for
def list_keys(s3, bucket, prefix=""):
    try:
        answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        keys = [item["Key"] for item in answer.get("Contents", [])]
        if answer["IsTruncated"]:
            answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, ContinuationToken=answer["NextContinuationToken"])
            keys += [item["Key"] for item in answer.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
