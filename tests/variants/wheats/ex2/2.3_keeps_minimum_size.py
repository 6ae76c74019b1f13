# task 2.3; right: sends back also what the answer holds beside the rules
from botocore.exceptions import ClientError


def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    for days in (archive_after_days, expire_after_days):
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise ValueError(f"{days!r} is no positive number of days")
    if archive_after_days >= expire_after_days:
        raise ValueError("archive_after_days must be below expire_after_days")
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as e:
        if e.response["Error"]["Code"] == "404":
            raise LookupError(f"no bucket {bucket}") from e
        if e.response["Error"]["Code"] != "403":
            raise
    more = {}
    try:
        now = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        rules = now["Rules"]
        if "TransitionDefaultMinimumObjectSize" in now:
            more["TransitionDefaultMinimumObjectSize"] = now["TransitionDefaultMinimumObjectSize"]
    except ClientError as e:
        if e.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        rules = []
    new = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    if new in rules:
        return
    kept = list(filter(lambda r: r.get("ID") != rule_id, rules))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [new] + kept}, **more)
