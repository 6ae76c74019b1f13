# task 2.2; right: only what is not set yet
def has_tls_only(policy, bucket):
    wanted = {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
    for statement in policy["Statement"]:
        resources = statement.get("Resource", [])
        resources = {resources} if isinstance(resources, str) else set(resources)
        if (
            statement["Effect"] == "Deny"
            and statement.get("Principal") in ("*", {"AWS": "*"})
            and statement.get("Action") in ("s3:*", ["s3:*"], "*")
            and wanted <= resources
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ):
            return True
    return False


def secure_bucket(s3, bucket):
    try:
        if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
        },
    )
    names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={name: True for name in names})
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.from_code("NoSuchBucketPolicy") as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        policy = dict(Version="2012-10-17", Statement=[])
    if not has_tls_only(policy, bucket):
        policy["Statement"].append(
            {
                "Sid": uuid.uuid4().hex,
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        )
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
