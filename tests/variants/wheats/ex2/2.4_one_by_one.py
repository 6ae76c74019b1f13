# task 2.4; right: one by one
def delete_bucket(s3, bucket):
    n = 0
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for kind in ("Versions", "DeleteMarkers"):
                for entry in page.get(kind, []):
                    s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])
                    n += 1
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(f"there is no {bucket}") from None
    return n
