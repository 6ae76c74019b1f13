# task 2.4; mistake B9; wrong because delete markers stay, and with them the bucket
def delete_bucket(s3, bucket):
    count = 0
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in page.get("Versions", [])]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
            count += len(objects)
        s3.delete_bucket(Bucket=bucket)
    return count
