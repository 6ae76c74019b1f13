# task 1.3; right: recursion
def list_keys(s3, bucket, prefix="", token=None):
    more = {"ContinuationToken": token} if token else {}
    try:
        page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, **more)
    except s3.exceptions.NoSuchBucket:
        raise KeyError(bucket)
    here = [item["Key"] for item in page.get("Contents", ())]
    if page["IsTruncated"]:
        return here + list_keys(s3, bucket, prefix, page["NextContinuationToken"])
    return here
