# task 2.3; mistake C2; wrong because the rule has the old form, which AWS refuses beside rules with a Filter
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    where = {"Prefix": prefix}
    lifecycle(s3, bucket, rule_id, prefix, archive_after_days, expire_after_days, where=where)


def lifecycle(
    s3,
    bucket,
    rule_id,
    prefix,
    archive,
    expire_after,
    check=True,
    merge=True,
    replace=True,
    keep_old=False,
    enable_others=False,
    where=None,
    status="Enabled",
    storage_class="GLACIER",
    expire=None,
    abort=7,
    none_is_fine=True,
    careful=True,
    lookup=True,
):
    """Add a rule, except for what this variant does otherwise."""
    if check and not 0 < archive < expire_after:
        raise ValueError("days")
    rule = {
        "ID": rule_id,
        "Status": status,
        **({"Filter": {"Prefix": prefix}} if where is None else where),
        "Transitions": [{"Days": archive, "StorageClass": storage_class}],
        "Expiration": {"Days": expire or expire_after},
    }
    if abort:
        rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": abort}
    rules = []
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket" and lookup:
            raise LookupError(bucket) from error
        if careful and not (code == "NoSuchLifecycleConfiguration" and none_is_fine):
            raise
    if keep_old and rule_id in [other["ID"] for other in rules]:
        return
    if replace:
        rules = [other for other in rules if other["ID"] != rule_id]
    if enable_others:
        rules = [{**other, "Status": "Enabled"} for other in rules]
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [*(rules if merge else []), rule]}
    )
