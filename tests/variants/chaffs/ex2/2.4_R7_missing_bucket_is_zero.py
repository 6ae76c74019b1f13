# task 2.4; mistake R7; wrong because a bucket that is not there reads as one that was empty
def delete_bucket(s3, bucket):
    count = 0
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            items = page.get("Versions", []) + page.get("DeleteMarkers", [])
            for item in items:
                s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
                count += 1
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        pass
    return count
