# task 1.3; mistake U12; wrong because a 403 is told as a missing bucket
def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys += [item["Key"] for item in page.get("Contents", [])]
    except ClientError as error:
        raise LookupError(bucket) from error
    return keys
