# task 1.3; right: start after
def list_keys(s3, bucket, prefix=""):
    keys = []
    last = ""
    try:
        while answer := s3.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=last).get("Contents"):
            keys.extend(item["Key"] for item in answer)
            last = keys[-1]
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(bucket) from error
    return keys
