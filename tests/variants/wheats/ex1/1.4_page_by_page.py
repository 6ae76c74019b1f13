# task 1.4; right: page by page
def delete_prefix(s3, bucket, prefix):
    if prefix == "":
        raise ValueError("refusing to delete everything")
    deleted, failed = 0, []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            batch = [{"Key": o["Key"]} for o in page.get("Contents", [])]
            if batch:
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch})
                deleted += len(answer.get("Deleted", []))
                failed.extend(e["Key"] for e in answer.get("Errors", []))
    except s3.exceptions.NoSuchBucket as e:
        raise LookupError(f"{bucket} does not exist") from e
    if failed:
        raise RuntimeError("could not delete " + ", ".join(failed))
    return deleted
