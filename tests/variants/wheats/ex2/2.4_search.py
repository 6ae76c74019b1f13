# task 2.4; right: a JMESPath search over versions and markers, deleted in groups of 100
from botocore.exceptions import ClientError

QUERY = "[Versions, DeleteMarkers][] | [?@].{Key: Key, VersionId: VersionId}"


def delete_bucket(s3, bucket):
    try:
        found = [v for v in s3.get_paginator("list_object_versions").paginate(Bucket=bucket).search(QUERY) if v]
    except ClientError as e:
        if e.response["Error"]["Code"] != "NoSuchBucket":
            raise
        raise LookupError(bucket) from e
    rest = list(found)
    while rest:
        s3.delete_objects(Bucket=bucket, Delete={"Objects": rest[:100], "Quiet": True})
        del rest[:100]
    s3.delete_bucket(Bucket=bucket)
    return len(found)
