# task 2.2; right: BoolIfExists, which also denies where the key is absent
import json

from botocore.exceptions import ClientError


def secure_bucket(s3, bucket):
    tls = {
        "Sid": "TLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}},
    }
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as e:
        match e.response["Error"]["Code"]:
            case "NoSuchBucketPolicy":
                policy = {"Version": "2012-10-17", "Id": "day89", "Statement": []}
            case "NoSuchBucket":
                raise LookupError(f"no bucket {bucket}") from e
            case _:
                raise
    if not isinstance(policy["Statement"], list):
        policy["Statement"] = [policy["Statement"]]
    if tls not in policy["Statement"]:
        policy["Statement"].append(tls)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
