# task 2.3; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def add_lifecycle_rule(s3, bucket, rule_id, prefix, *, archive_after_days, expire_after_days):
    return None
