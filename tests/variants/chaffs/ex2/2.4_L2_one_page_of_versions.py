# task 2.4; mistake L2; wrong because only the first page of versions is deleted
def delete_bucket(s3, bucket):
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        page = s3.list_object_versions(Bucket=bucket)
        items = page.get("Versions", []) + page.get("DeleteMarkers", [])
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in items]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
        s3.delete_bucket(Bucket=bucket)
    return len(objects)
