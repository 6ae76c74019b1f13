# task 1.3; mistake R7; wrong because a bucket that is not there reads as an empty one
def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys += [item["Key"] for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        return []
    return keys
