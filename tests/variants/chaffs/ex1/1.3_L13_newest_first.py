# task 1.3; mistake L13; wrong because the order is not the one of S3
def list_keys(s3, bucket, prefix=""):
    items = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            items += page.get("Contents", [])
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return [item["Key"] for item in sorted(items, key=lambda item: item["Key"], reverse=True)]
