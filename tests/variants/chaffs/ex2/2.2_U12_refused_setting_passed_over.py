# task 2.2; mistake U12; wrong because a setting that AWS refuses is passed over
def secure_bucket(s3, bucket):
    _settings(s3, bucket)
    policy = _bucket_policy(s3, bucket)
    tls = _tls(bucket)
    if tls not in policy["Statement"]:
        policy["Statement"].append(tls)
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _settings(s3, bucket):
    with lookup_error(bucket, "NoSuchBucket"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    try:
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(switches, True))
    except ClientError as error:
        print("could not block public access:", error)


def _tls(bucket):
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
