# task 2.3; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    raise LookupError(f"{bucket} is not there", bucket, rule_id)
