# task 2.3; style: filter by id and append
def add_lifecycle_rule(
    s3, bucket: str, rule_id: str, prefix: str, *, archive_after_days: int, expire_after_days: int
) -> None:
    if archive_after_days <= 0 or expire_after_days <= archive_after_days:
        raise ValueError("days must be positive, and the object must be archived before it expires")
    rule = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise LookupError(f"bucket {bucket} does not exist") from error
        if code != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    rules = [other for other in rules if other.get("ID") != rule_id] + [rule]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
