# task 1.4; right: lists until nothing is left
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    gone, refused, last = 0, [], ""
    while True:
        try:
            found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=last).get("Contents", [])
        except s3.exceptions.NoSuchBucket:
            raise LookupError(f"no bucket {bucket}") from None
        if not found:
            break
        last = found[-1]["Key"]
        answer = s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": item["Key"]} for item in found], "Quiet": True}
        )
        bad = [error["Key"] for error in answer.get("Errors", [])]
        refused += bad
        gone += len(found) - len(bad)
    if refused:
        raise RuntimeError("not deleted: " + " ".join(refused))
    return gone
