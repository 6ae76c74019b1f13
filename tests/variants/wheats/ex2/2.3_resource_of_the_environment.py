# task 2.3; right: resource of the environment
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days < 1 or not archive_after_days < expire_after_days:
        raise ValueError("bad days")
    lifecycle = boto3.resource("s3", region_name=s3.meta.region_name).BucketLifecycleConfiguration(bucket)
    try:
        rules = list(lifecycle.rules)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise KeyError(bucket) from None
        if code != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    rules = [rule for rule in rules if rule["ID"] != rule_id]
    rules += [
        {
            "ID": rule_id,
            "Status": "Enabled",
            "Filter": {"Prefix": prefix},
            "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
            "Expiration": {"Days": expire_after_days},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
    lifecycle.put(LifecycleConfiguration={"Rules": rules})
