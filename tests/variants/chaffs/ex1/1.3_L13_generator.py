# task 1.3; mistake L13; wrong because a generator is no list, and raises too late
def list_keys(s3, bucket, prefix=""):
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield item["Key"]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
