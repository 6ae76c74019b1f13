# task 1.3; right: search of the paginator
def list_keys(s3, bucket, prefix=""):
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(f"{bucket} is no bucket") from error
        raise
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": 2})
    return [key for key in pages.search("Contents[].Key") if key is not None]
