# task 1.3; mistake L2; wrong because gives up after ten pages
def list_keys(s3, bucket, prefix=""):
    keys, token = [], {}
    with lookup_error(bucket, "NoSuchBucket"):
        for _ in range(10):
            page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, **token)
            keys += [o["Key"] for o in page.get("Contents", [])]
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
    return keys
