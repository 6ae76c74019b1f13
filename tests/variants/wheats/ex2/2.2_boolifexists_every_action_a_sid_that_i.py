# task 2.2; style: BoolIfExists, every action, a Sid that is free
def secure_bucket(s3, bucket: str) -> None:
    arn = "arn:%s:s3:::%s" % (s3.meta.partition, bucket)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": [arn + "/*", arn],
        "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
    }
    try:
        old = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise LookupError("there is no bucket " + bucket) from None
        if code != "NoSuchBucketPolicy":
            raise
        old = {}
    before = old.get("Statement", [])
    before = [before] if isinstance(before, dict) else before
    same = [s for s in before if {k: v for k, v in s.items() if k != "Sid"} == deny]
    if not same:
        sids = {s.get("Sid") for s in before}
        number = next(n for n in range(len(sids) + 1) if f"OnlyTls{n}" not in sids)
        policy = {"Version": "2012-10-17"} | old | {"Statement": [*before, {"Sid": f"OnlyTls{number}"} | deny]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    block = dict(BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
