# task 2.3; style: head_bucket first, the new rule in front
def _rules(s3, bucket):
    try:
        return s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return []
        raise


def add_lifecycle_rule(
    s3, bucket: str, rule_id: str, prefix: str, *, archive_after_days: int, expire_after_days: int
) -> None:
    if min(archive_after_days, expire_after_days) < 1:
        raise ValueError("days must be positive")
    if archive_after_days >= expire_after_days:
        raise ValueError("it would expire before it is archived")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(bucket) from error
        raise
    new = {"ID": rule_id, "Status": "Enabled", "Filter": {"Prefix": prefix} if prefix else {}}
    new["Transitions"] = [{"Days": archive_after_days, "StorageClass": "GLACIER"}]
    new["Expiration"] = {"Days": expire_after_days}
    new["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": 7}
    kept = filter(lambda one: one.get("ID") != rule_id, _rules(s3, bucket))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [new, *kept]})
