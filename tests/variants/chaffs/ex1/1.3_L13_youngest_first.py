# task 1.3; mistake L13; wrong because sorted by time
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with lookup_error(bucket, "NoSuchBucket"):
        found = [o for page in pages for o in page.get("Contents", [])]
    return [o["Key"] for o in sorted(found, key=lambda o: o["LastModified"], reverse=True)]
