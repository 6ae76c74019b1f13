# task 1.4; mistake U16, F3; wrong because it forgets a last request that holds one key
def delete_prefix(s3, bucket: str, prefix: str) -> int:
    if not prefix:
        raise ValueError("prefix is empty")
    try:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        names = [{"Key": entry["Key"]} for page in pages for entry in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(f"bucket {bucket}") from error
    done, failed = 0, []
    for start in range(0, len(names) - 1, 1000):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": names[start : start + 1000]})
        failed += [e["Key"] for e in answer.get("Errors", [])]
        done += len(answer.get("Deleted", []))
    if failed:
        raise RuntimeError("not deleted: " + ", ".join(failed))
    return done
