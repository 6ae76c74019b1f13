# task 2.4; right: collects then batches
def delete_bucket(s3, bucket):
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(f"bucket {bucket} not found") from error
        raise
    todo, marker = [], {}
    while True:
        page = s3.list_object_versions(Bucket=bucket, **marker)
        todo += [(v["Key"], v["VersionId"]) for v in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        if not page["IsTruncated"]:
            break
        marker = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    for i in range(0, len(todo), 1000):
        batch = [dict(Key=key, VersionId=version) for key, version in todo[i : i + 1000]]
        s3.delete_objects(Bucket=bucket, Delete=dict(Objects=batch))
    s3.delete_bucket(Bucket=bucket)
    s3.get_waiter("bucket_not_exists").wait(Bucket=bucket)
    return len(todo)
