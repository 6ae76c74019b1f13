# task 1.3; mistake L5; wrong because keys that hold the text somewhere else are taken too
def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys += [item["Key"] for item in page.get("Contents", []) if prefix in item["Key"]]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
