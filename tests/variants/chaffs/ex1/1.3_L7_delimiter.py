# task 1.3; mistake L7; wrong because with a delimiter the keys below stand in CommonPrefixes
def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
            keys += [item["Key"] for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
