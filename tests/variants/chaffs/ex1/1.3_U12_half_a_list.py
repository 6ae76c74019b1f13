# task 1.3; mistake U12; wrong because an error on a later page gives half a list
from botocore.exceptions import ClientError


def list_keys(s3, bucket, prefix=""):
    keys, token = [], {}
    with lookup_error(bucket, "NoSuchBucket"):
        page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    keys += [o["Key"] for o in page.get("Contents", [])]
    try:
        while page["IsTruncated"]:
            page = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, ContinuationToken=page["NextContinuationToken"])
            keys += [o["Key"] for o in page.get("Contents", [])]
    except ClientError:
        pass
    return keys
