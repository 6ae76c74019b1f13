# task 1.4; style: batched of 300, versions listing with IsLatest
def delete_prefix(s3, bucket: str, prefix: str) -> int:
    if len(prefix) == 0:
        raise ValueError("an empty prefix would empty the bucket")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    try:
        current = [v["Key"] for page in pages for v in page.get("Versions", []) if v["IsLatest"]]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchBucket"}:
            raise LookupError(f"{bucket} is not there") from error
        raise
    bad = {}
    while_left = iter(range(0, len(current), 300))
    for start in while_left:
        group = current[start : start + 300]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [dict(Key=key) for key in group]})
        bad |= {e["Key"]: e["Code"] for e in answer.get("Errors", [])}
    if bad:
        raise RuntimeError("; ".join(f"{key}: {code}" for key, code in bad.items()))
    return len(current)
