# task 2.4; mistake B9; wrong because a delete without a version id only adds a marker
def delete_bucket(s3, bucket):
    count = 0
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            objects = [{"Key": item["Key"]} for item in page.get("Versions", []) + page.get("DeleteMarkers", [])]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
            count += len(objects)
        s3.delete_bucket(Bucket=bucket)
    return count
