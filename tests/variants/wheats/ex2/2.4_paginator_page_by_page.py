# task 2.4; style: paginator, page by page
def delete_bucket(s3, bucket: str) -> int:
    total = 0
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = page.get("Versions", []) + page.get("DeleteMarkers", [])
            if found:
                names = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in found]
                s3.delete_objects(Bucket=bucket, Delete={"Objects": names})
                total += len(found)
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"bucket {bucket} does not exist") from error
        raise
    return total
