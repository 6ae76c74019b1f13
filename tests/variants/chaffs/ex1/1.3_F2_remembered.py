# task 1.3; mistake F2; wrong because a cache of what an earlier call found
_SEEN = {}


def list_keys(s3, bucket, prefix=""):
    if (bucket, prefix) not in _SEEN:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        with lookup_error(bucket, "NoSuchBucket"):
            _SEEN[bucket, prefix] = [o["Key"] for page in pages for o in page.get("Contents", [])]
    return list(_SEEN[bucket, prefix])
