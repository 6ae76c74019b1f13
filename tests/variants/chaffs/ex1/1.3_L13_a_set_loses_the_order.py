# task 1.3; mistake L13; wrong because a set has no order and is no list
def list_keys(s3, bucket, prefix=""):
    keys = set()
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys |= {item["Key"] for item in page.get("Contents", [])}
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
