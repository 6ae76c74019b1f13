# task 1.4; right: batches of itertools
from itertools import islice


def batches(items, size):
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch


def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("a prefix, please")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(f"Bucket {bucket} not found") from error
        raise
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    errors, total = [], 0
    for batch in batches(keys, 500):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in batch]})
        errors += answer.get("Errors", [])
        total += len(batch)
    if errors:
        raise RuntimeError(f"{len(errors)} objects remain: {[error['Key'] for error in errors]}")
    return total
