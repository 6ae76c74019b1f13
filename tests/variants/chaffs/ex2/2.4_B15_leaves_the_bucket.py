# task 2.4; mistake B15; wrong because it is emptied and not deleted
def delete_bucket(s3, bucket):
    count = 0
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
                count += 1
    return count
