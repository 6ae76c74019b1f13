# task 2.2; mistake C27; wrong because other actions work without TLS
def secure_bucket(s3, bucket):
    secure(s3, bucket, action="s3:GetObject")


def secure(
    s3,
    bucket,
    versioning=True,
    status="Enabled",
    algorithm="AES256",
    switches=("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"),
    effect="Deny",
    principal="*",
    action="s3:*",
    resources=None,
    condition={"Bool": {"aws:SecureTransport": "false"}},
    keep="all",
    again=False,
    careful=True,
    lookup=True,
):
    """Secure a bucket, except for what this variant does otherwise."""
    if lookup and bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]:
        raise LookupError(bucket)
    if versioning:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if switches:
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(switches, True))
    if effect is None:
        return
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        if keep == "skip" or (keep == "word" and "aws:SecureTransport" in str(policy)):
            return
    except ClientError as error:
        if careful and error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = {"Version": "2012-10-17", "Statement": []}
    if keep == "none":
        policy["Statement"] = []
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Resource": resources or [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    if condition:
        statement["Condition"] = condition
    if again or statement not in policy["Statement"]:
        policy["Statement"].append(statement)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
