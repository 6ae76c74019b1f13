# task 1.3; mistake L2; wrong because MaxItems ends the pagination
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, PaginationConfig={"MaxItems": 1000, "PageSize": 1000}
    )
    with lookup_error(bucket, "NoSuchBucket"):
        return [o["Key"] for page in pages for o in page.get("Contents", [])]
