# task 1.4; mistake U12; wrong because it tells a request that is forbidden (403) as keys that were not deleted
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty")
    keys, bad = list_keys(s3, bucket, prefix), []
    for i in range(0, len(keys), 1000):
        try:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys[i : i + 1000]]})
        except ClientError:
            bad += keys[i : i + 1000]
        else:
            bad += [e["Key"] for e in answer.get("Errors", [])]
    if bad:
        raise RuntimeError(", ".join(bad))
    return len(keys)
