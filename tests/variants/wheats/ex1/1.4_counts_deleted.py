# task 1.4; right: a paginator, the answers' Deleted counted
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("an empty prefix would empty the bucket")
    count, bad = 0, []
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        for page in pages:
            objects = [{"Key": o["Key"]} for o in page.get("Contents", [])]
            if objects:
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
                count += len(answer.get("Deleted", []))
                bad += [e["Key"] for e in answer.get("Errors", [])]
    if bad:
        raise RuntimeError(f"not deleted: {bad}")
    return count
