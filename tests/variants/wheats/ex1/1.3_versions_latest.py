# task 1.3; right: the newest version of each key, where it is no delete marker
def list_keys(s3, bucket, prefix=""):
    keys = []
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            keys += [v["Key"] for v in page.get("Versions", []) if v["IsLatest"]]
    except s3.exceptions.ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from e
        raise
    return keys
