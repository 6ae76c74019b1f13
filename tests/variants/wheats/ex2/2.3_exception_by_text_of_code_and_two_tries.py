# task 2.3; right: early returns, a helper for what is there, the new rule first
def _rules_there(s3, bucket):
    try:
        return s3.get_bucket_lifecycle_configuration(Bucket=bucket).get("Rules", [])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchLifecycleConfiguration":
            return []
        if code == "NoSuchBucket":
            raise LookupError(f"bucket {bucket}") from None
        raise


def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days < 1:
        raise ValueError("archive_after_days must be positive")
    if expire_after_days <= archive_after_days:
        raise ValueError("expires too early")
    rule = dict(
        ID=rule_id,
        Filter=dict(Prefix=prefix),
        Status="Enabled",
        Expiration=dict(Days=expire_after_days),
        Transitions=[dict(StorageClass="GLACIER", Days=archive_after_days)],
        AbortIncompleteMultipartUpload=dict(DaysAfterInitiation=7),
    )
    rules = [rule] + list(filter(lambda one: one["ID"] != rule_id, _rules_there(s3, bucket)))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=dict(Rules=rules))
