# task 2.2; style: head_bucket, helpers, two statements
def _is_missing(error):
    return error.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def _policy_of(s3, bucket):
    try:
        document = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if not _is_missing(error):
            raise
        return {"Version": "2012-10-17", "Statement": []}
    listed = document["Statement"]
    return {**document, "Statement": listed if isinstance(listed, list) else [listed]}


def _deny(resource):
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:*"],
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
    }


def secure_bucket(s3, bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _is_missing(error):
            raise LookupError(bucket) from error
        raise
    policy = _policy_of(s3, bucket)
    wanted = [_deny("arn:aws:s3:::" + bucket), _deny("arn:aws:s3:::" + bucket + "/*")]
    new = [one for one in wanted if one not in policy["Statement"]]
    if new:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": new + policy["Statement"]}))
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]
        },
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=dict(Status="Enabled"))
