# task 1.3; mistake L5; wrong because a prefix is text; a slash is put behind it
def list_keys(s3, bucket, prefix=""):
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys += [item["Key"] for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
