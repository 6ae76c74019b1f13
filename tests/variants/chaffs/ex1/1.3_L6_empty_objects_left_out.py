# task 1.3; mistake L6; wrong because leaves out objects of no bytes
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with lookup_error(bucket, "NoSuchBucket"):
        return [o["Key"] for page in pages for o in page.get("Contents", []) if o["Size"]]
