# task 1.3; mistake L13; wrong because sorted as people sort, not as S3
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with lookup_error(bucket, "NoSuchBucket"):
        keys = [o["Key"] for page in pages for o in page.get("Contents", [])]
    return sorted(keys, key=str.casefold)
