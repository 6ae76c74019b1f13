# task 1.3; mistake L13; wrong because it sorts by UTF-16, where S3 sorts by UTF-8
def list_keys(s3, bucket, prefix=""):
    try:
        whole = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix).build_full_result()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    return sorted([item["Key"] for item in whole.get("Contents", [])], key=lambda k: k.encode("utf-16-be"))
