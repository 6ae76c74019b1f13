# task 2.2; style: principal and action in lists
def secure_bucket(s3, bucket: str) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": ["*"]},
        "Action": ["*"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    try:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_encryption(
            Bucket=bucket,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        try:
            policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
            policy = {"Version": "2012-10-17", "Statement": []}
        if isinstance(policy["Statement"], dict):
            policy["Statement"] = [policy["Statement"]]
        if statement not in policy["Statement"]:
            policy["Statement"].append(statement)
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"bucket {bucket} does not exist") from error
        raise
