# task 2.3; right: filter and early checks
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days <= 0 or expire_after_days <= 0:
        raise ValueError("days must be positive")
    if expire_after_days <= archive_after_days:
        raise ValueError("must expire after archiving")
    try:
        config = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        rules = [r for r in config["Rules"] if r.get("ID") != rule_id]
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            rules = []
        elif e.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"Bucket {bucket} does not exist") from e
        else:
            raise
    rules.append(
        {
            "ID": rule_id,
            "Filter": {"Prefix": prefix},
            "Status": "Enabled",
            "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
            "Expiration": {"Days": expire_after_days},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    )
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
