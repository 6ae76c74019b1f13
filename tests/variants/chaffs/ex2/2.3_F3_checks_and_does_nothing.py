# task 2.3; mistake F3; wrong because it checks its arguments and adds no rule
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days <= 0 or expire_after_days <= archive_after_days:
        raise ValueError("days")
    try:
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
