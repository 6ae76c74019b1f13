# task 2.4; style: head_bucket, always the first page until none, one delete_object each
def delete_bucket(s3, bucket: str) -> int:
    try:
        s3.head_bucket(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        raise LookupError("no bucket named " + bucket) from error
    count = 0
    while True:
        page = s3.list_object_versions(Bucket=bucket)
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not entries:
            break
        for entry in entries:
            s3.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])
            count += 1
    s3.delete_bucket(Bucket=bucket)
    s3.get_waiter("bucket_not_exists").wait(Bucket=bucket)
    return count
