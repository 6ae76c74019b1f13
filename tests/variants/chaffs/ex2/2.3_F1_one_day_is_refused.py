# task 2.3; mistake F1; wrong because one day is positive
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days <= 1 or expire_after_days <= archive_after_days:
        raise ValueError("days must be positive, and the object must be archived before it expires")
    rule = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    rules = []
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
    rules = [other for other in rules if other["ID"] != rule_id] + [rule]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
