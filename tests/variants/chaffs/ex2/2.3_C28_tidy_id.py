# task 2.3; mistake C28; wrong because the id is tidied up
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if not 0 < archive_after_days < expire_after_days:
        raise ValueError(f"{archive_after_days} and {expire_after_days} days")
    rule = {
        "ID": rule_id.lower().replace(" ", "-"),
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    rules = []
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        try:
            rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
                raise
    rules = [other for other in rules if other["ID"] != rule_id]
    rules.append(rule)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
