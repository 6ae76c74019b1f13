# task 1.3; mistake L4; wrong because the loop asks for the first page for ever
def list_keys(s3, bucket, prefix=""):
    keys, more = [], True
    try:
        while more:
            answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
            keys += [item["Key"] for item in answer.get("Contents", [])]
            more = answer["IsTruncated"]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
