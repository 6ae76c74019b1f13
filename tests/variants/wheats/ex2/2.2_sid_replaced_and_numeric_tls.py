# task 2.2; right: own Sid replaced, StringEquals false, BucketKeyEnabled, helpers in a dataclass
from dataclasses import dataclass


@dataclass
class _Safe:
    s3: object
    bucket: str

    def policy(self):
        try:
            text = self.s3.get_bucket_policy(Bucket=self.bucket)["Policy"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
                return {"Version": "2012-10-17", "Statement": []}
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(self.bucket) from error
            raise
        return json.loads(text)

    def tls(self):
        arn = f"arn:aws:s3:::{self.bucket}"
        return {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "*",
            "Resource": [arn + "/*", arn],
            "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
        }


def secure_bucket(s3, bucket):
    safe = _Safe(s3, bucket)
    policy = safe.policy()
    others = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    policy["Statement"] = [one for one in others if one.get("Sid") != "OnlyTls"] + [safe.tls()]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    sse = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [sse]})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})
