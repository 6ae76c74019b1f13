# task 2.3; right: dict by id and noncurrent extras
def rules_by_id(s3, bucket):
    try:
        return {r["ID"]: r for r in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        return {}


def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if not (archive_after_days > 0 and expire_after_days > archive_after_days):
        raise ValueError(f"{archive_after_days=} {expire_after_days=}")
    try:
        rules = rules_by_id(s3, bucket)
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(bucket) from error
    rules[rule_id] = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix} if prefix else {},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": list(rules.values())})
