# task 1.3; mistake L15; wrong because every version, and so a key twice, and deleted ones
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    with lookup_error(bucket, "NoSuchBucket"):
        return [o["Key"] for page in pages for o in page.get("Versions", [])]
