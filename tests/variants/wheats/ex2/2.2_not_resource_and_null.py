# task 2.2; right: not resource and null
def secure_bucket(s3, bucket):
    wanted = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"],
        "Condition": {"StringNotEquals": {"aws:SecureTransport": ["true"]}},
    }
    try:
        old = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise LookupError(f"no bucket {bucket}") from None
        if code != "NoSuchBucketPolicy":
            raise
        old = None
    if old is None:
        old = {"Version": "2012-10-17", "Statement": [wanted]}
    elif wanted not in old["Statement"]:
        old["Statement"] = [wanted, *old["Statement"]]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(old))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration=dict(
            BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True
        ),
    )
