# task 1.4; mistake U17; wrong because batches after the one with an error are not deleted
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    count = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            objects = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if not objects:
                continue
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
            if answer.get("Errors"):
                raise RuntimeError(str([e["Key"] for e in answer["Errors"]]))
            count += len(objects)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return count
