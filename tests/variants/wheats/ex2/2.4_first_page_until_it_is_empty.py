# task 2.4; right: first page until it is empty
def delete_bucket(s3, bucket):
    total = 0
    while True:
        try:
            page = s3.list_object_versions(Bucket=bucket)
        except ClientError as e:
            if e.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(bucket)
            raise
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            break
        s3.delete_objects(
            Bucket=bucket,
            Delete={"Objects": [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in found], "Quiet": True},
        )
        total += len(found)
    s3.delete_bucket(Bucket=bucket)
    return total
