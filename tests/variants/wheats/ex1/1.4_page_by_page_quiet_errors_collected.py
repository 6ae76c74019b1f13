# task 1.4; style: page by page, quiet, errors collected
def delete_prefix(s3, bucket: str, prefix: str) -> int:
    if prefix == "":
        raise ValueError("prefix is empty")
    done, failed = 0, []
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            names = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if names:
                answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": names, "Quiet": True})
                bad = [e["Key"] for e in answer.get("Errors", [])]
                failed.extend(bad)
                done += len(names) - len(bad)
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(f"bucket {bucket}") from error
    if failed:
        raise RuntimeError("not deleted: " + ", ".join(failed))
    return done
