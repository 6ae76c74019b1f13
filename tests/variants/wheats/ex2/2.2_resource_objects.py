# task 2.2; right: resource objects
def secure_bucket(s3, bucket):
    resource = boto3.resource("s3", region_name=s3.meta.region_name)
    try:
        resource.BucketVersioning(bucket).enable()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            name: True for name in "BlockPublicAcls IgnorePublicAcls BlockPublicPolicy RestrictPublicBuckets".split()
        },
    )
    policy = resource.BucketPolicy(bucket)
    try:
        document = json.loads(policy.policy)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        document = {"Version": "2012-10-17", "Id": "day89", "Statement": []}
    mine = {
        "Effect": "Deny",
        "Principal": "*",
        "Sid": "NoPlainHttp",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
    }
    others = [item for item in document["Statement"] if item.get("Sid") != "NoPlainHttp"]
    policy.put(Policy=json.dumps({**document, "Statement": [*others, mine]}))
