# task 1.3; mistake U7; wrong because boto3 has decoded the keys already
from urllib.parse import unquote_plus


def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys += [unquote_plus(item["Key"]) for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
