# task 1.4; mistake U17; wrong because raises at the first refusal, so that later batches stay
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError(prefix)
    keys = list_keys(s3, bucket, prefix)
    for start in range(0, len(keys), 1000):
        objects = [{"Key": key} for key in keys[start : start + 1000]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if answer.get("Errors"):
            raise RuntimeError("not deleted: " + ", ".join(e["Key"] for e in answer["Errors"]))
    return len(keys)
