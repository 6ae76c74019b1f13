# task 1.4; mistake B11; wrong because older versions are destroyed as well
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    entries, errors = [], []
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            entries += page.get("Versions", []) + page.get("DeleteMarkers", [])
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
    for start in range(0, len(objects), 1000):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects[start : start + 1000]})
        errors += answer.get("Errors", [])
    if errors:
        raise RuntimeError(str([e["Key"] for e in errors]))
    return len(objects)
