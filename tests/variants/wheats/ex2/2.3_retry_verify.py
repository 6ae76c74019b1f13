# task 2.3; right: puts, reads back and compares, once more if another writer was faster
from botocore.exceptions import ClientError


def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    if archive_after_days < 1 or expire_after_days < 1 or archive_after_days >= expire_after_days:
        raise ValueError(f"archive_after_days={archive_after_days}, expire_after_days={expire_after_days}")

    def read():
        try:
            return s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        except ClientError as e:
            if e.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
                return []
            if e.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(f"bucket {bucket} not found") from e
            raise

    wanted = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Transitions": [{"Days": archive_after_days, "StorageClass": "GLACIER"}],
        "Expiration": {"Days": expire_after_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    for _ in range(3):
        rules = [r for r in read() if r["ID"] != rule_id]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, wanted]})
        if any(r["ID"] == rule_id for r in read()):
            return
    raise RuntimeError("the rule did not arrive")
