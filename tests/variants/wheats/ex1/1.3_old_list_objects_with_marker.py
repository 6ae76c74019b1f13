# task 1.3; right: old list objects with marker
def list_keys(s3, bucket: str, prefix: str = "") -> list:
    result: list = []
    marker = ""
    truncated = True
    while truncated:
        try:
            answer = s3.list_objects(Bucket=bucket, Prefix=prefix, Marker=marker, MaxKeys=2)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
            raise LookupError("no bucket called " + bucket) from None
        result.extend(map(lambda item: item["Key"], answer.get("Contents") or []))
        truncated = answer["IsTruncated"]
        marker = result[-1] if result else ""
    return result
