# task 2.3; style: dict by id, chained comparison, replaced in place, keeps TransitionDefaultMinimumObjectSize
def add_lifecycle_rule(
    s3, bucket: str, rule_id: str, prefix: str, *, archive_after_days: int, expire_after_days: int
) -> None:
    if not 0 < archive_after_days < expire_after_days:
        raise ValueError(f"{archive_after_days=} {expire_after_days=}")
    try:
        found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(bucket) from error
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        found = {}
    rules = {old["ID"]: old for old in found.get("Rules", [])}
    rules[rule_id] = dict(
        ID=rule_id,
        Filter=dict(Prefix=prefix),
        Status="Enabled",
        Expiration=dict(Days=expire_after_days),
        Transitions=[dict(StorageClass="GLACIER", Days=archive_after_days)],
        AbortIncompleteMultipartUpload=dict(DaysAfterInitiation=7),
    )
    extra = {k: v for k, v in found.items() if k == "TransitionDefaultMinimumObjectSize"}
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": list(rules.values())}, **extra
    )
