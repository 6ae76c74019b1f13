# task 2.2; right: the policy as a text template
import json
import string

from botocore.exceptions import ClientError

TLS = string.Template("""
{
  "Sid": "AllowSSLRequestsOnly",
  "Action": "s3:*",
  "Effect": "Deny",
  "Resource": [
    "arn:aws:s3:::$bucket",
    "arn:aws:s3:::$bucket/*"
  ],
  "Condition": {"Bool": {"aws:SecureTransport": "false"}},
  "Principal": "*"
}
""")


def secure_bucket(s3, bucket):
    steps = [
        (s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}),
        (
            s3.put_bucket_encryption,
            {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
                }
            },
        ),
        (
            s3.put_public_access_block,
            {
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                }
            },
        ),
    ]
    try:
        for call, settings in steps:
            call(Bucket=bucket, **settings)
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from e
        raise
    statement = json.loads(TLS.substitute(bucket=bucket))
    existing = []
    version = "2012-10-17"
    extra = {}
    try:
        text = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        extra = json.loads(text)
        existing = extra.pop("Statement")
        version = extra.pop("Version", version)
    except ClientError as e:
        if e.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
    if isinstance(existing, dict):
        existing = [existing]
    merged = existing if statement in existing else [*existing, statement]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": version, **extra, "Statement": merged}))
