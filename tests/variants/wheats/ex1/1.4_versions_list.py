# task 1.4; right: finds current objects among the versions, deletes by key
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("prefix must not be empty")
    current = []
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            current.extend(v["Key"] for v in page.get("Versions", ()) if v["IsLatest"])
    except s3.exceptions.ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from e
        raise
    problems = []
    while current:
        batch, current = current[:1000], current[1000:]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in batch]})
        problems += answer.get("Errors", [])
        done = answer.get("Deleted", [])
        try:
            total += len(done)
        except NameError:
            total = len(done)
    if problems:
        raise RuntimeError("refused: %s" % ", ".join(p["Key"] for p in problems))
    return total if "total" in locals() else 0
