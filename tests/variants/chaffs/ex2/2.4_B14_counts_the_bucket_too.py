# task 2.4; mistake B14; wrong because only versions and markers count
def delete_bucket(s3, bucket):
    count = 1
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            items = page.get("Versions", []) + page.get("DeleteMarkers", [])
            for item in items:
                s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
                count += 1
        s3.delete_bucket(Bucket=bucket)
    return count
