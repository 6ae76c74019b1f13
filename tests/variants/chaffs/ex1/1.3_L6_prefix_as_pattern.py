# task 1.3; mistake L6; wrong because takes the prefix for a regular expression
import re


def list_keys(s3, bucket, prefix=""):
    pattern = re.compile(prefix)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    with lookup_error(bucket, "NoSuchBucket"):
        return [o["Key"] for page in pages for o in page.get("Contents", []) if pattern.match(o["Key"])]
