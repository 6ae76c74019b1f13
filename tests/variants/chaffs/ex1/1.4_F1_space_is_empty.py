# task 1.4; mistake F1; wrong because it takes a space for an empty prefix
def delete_prefix(s3, bucket: str, prefix: str) -> int:
    if not prefix.strip():
        raise ValueError("prefix is empty")
    done, failed = 0, []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            names = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if names:
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": names})
                failed += [e["Key"] for e in answer.get("Errors", [])]
                done += len(answer.get("Deleted", []))
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(f"bucket {bucket}") from error
    if failed:
        raise RuntimeError("not deleted: " + ", ".join(failed))
    return done
