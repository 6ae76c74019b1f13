# task 2.4; mistake U18; wrong because a delete request without entries is refused
def delete_bucket(s3, bucket):
    count = 0
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            items = page.get("Versions", []) + page.get("DeleteMarkers", [])
            objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in items]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
            count += len(objects)
        s3.delete_bucket(Bucket=bucket)
    return count
