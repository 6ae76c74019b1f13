# task 2.4; right: key and version markers by hand, recursion over pages
def delete_bucket(s3, bucket):
    def empty(**marker):
        page = s3.list_object_versions(Bucket=bucket, **marker)
        doomed = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for one in page.get(kind, [])
        ]
        if doomed:
            errors = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed}).get("Errors")
            if errors:
                raise RuntimeError(errors)
        if not page["IsTruncated"]:
            return len(doomed)
        return len(doomed) + empty(KeyMarker=page["NextKeyMarker"], VersionIdMarker=page["NextVersionIdMarker"])

    try:
        count = empty()
        s3.delete_bucket(Bucket=bucket)
        s3.get_waiter("bucket_not_exists").wait(Bucket=bucket, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
    except s3.exceptions.NoSuchBucket:
        raise LookupError(f"there is no bucket {bucket}") from None
    return count
