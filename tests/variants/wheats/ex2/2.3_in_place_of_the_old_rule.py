# task 2.3; right: in place of the old rule
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    for days in (archive_after_days, expire_after_days, expire_after_days - archive_after_days):
        if days < 1:
            raise ValueError("0 < archive_after_days < expire_after_days")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise LookupError(f"no bucket {bucket}") from error
        raise
    new = dict(
        ID=rule_id,
        Status="Enabled",
        Filter=dict(Prefix=prefix),
        Expiration=dict(Days=expire_after_days),
        Transitions=[dict(Days=archive_after_days, StorageClass="GLACIER")],
        AbortIncompleteMultipartUpload=dict(DaysAfterInitiation=7),
    )
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    places = [place for place, rule in enumerate(rules) if rule["ID"] == rule_id]
    if places:
        rules[places[0]] = new
    else:
        rules.insert(0, new)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
