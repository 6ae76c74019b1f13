# task 1.4; style: a generator over tokens, then slices of 1,000
def _all_keys(s3, bucket, prefix):
    arguments = {"Bucket": bucket, "Prefix": prefix}
    while True:
        try:
            page = s3.list_objects_v2(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(bucket) from error
            raise
        yield from (o["Key"] for o in page.get("Contents", []))
        if not page["IsTruncated"]:
            return
        arguments["ContinuationToken"] = page["NextContinuationToken"]


def delete_prefix(s3, bucket: str, prefix: str) -> int:
    if not prefix:
        raise ValueError(prefix)
    keys = list(_all_keys(s3, bucket, prefix))
    answers = [
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys[i : i + 1000]]})
        for i in range(0, len(keys), 1000)
    ]
    errors = [e["Key"] for a in answers for e in a.get("Errors", [])]
    if errors:
        raise RuntimeError("\n".join(errors))
    return sum(len(a.get("Deleted", [])) for a in answers)
