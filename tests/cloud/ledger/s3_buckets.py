"""Rows of the ledger: S3, buckets and what is set on them."""

from __future__ import annotations

import json
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B = "probe-bucket"


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def default_encryption(aws: Aws) -> str:
    s3 = aws.bucket()
    try:
        rule = s3.get_bucket_encryption(Bucket=B)["ServerSideEncryptionConfiguration"]["Rules"][0]
        at_rest = rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    except s3.exceptions.ClientError as error:
        at_rest = error.response["Error"]["Code"]
    return f"{at_rest} / {s3.put_object(Bucket=B, Key='k').get('ServerSideEncryption')}"


def kms_default(aws: Aws) -> str:
    s3 = aws.bucket()
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=B, ServerSideEncryptionConfiguration={"Rules": [rule]})
    answer = s3.put_object(Bucket=B, Key="k")
    return f"{answer.get('ServerSideEncryption')} key={'SSEKMSKeyId' in answer}"


def access_block(aws: Aws) -> str:
    s3 = aws.bucket()
    try:
        return str(all(s3.get_public_access_block(Bucket=B)["PublicAccessBlockConfiguration"].values()))
    except s3.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])


def put(**options: Any) -> Any:
    return lambda aws: outcome(aws.bucket().put_object, **{"Bucket": B, "Key": "k", "Body": b"x", **options})


def name(bucket: str) -> Any:
    return lambda aws: outcome(aws.s3.create_bucket, Bucket=bucket)


def encryption(algorithm: str) -> Any:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    options = {"Bucket": B, "ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    return lambda aws: outcome(aws.bucket().put_bucket_encryption, **options)


def website(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_public_access_block(Bucket=B, PublicAccessBlockConfiguration={"BlockPublicPolicy": False})
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{B}/*"}
    s3.put_bucket_policy(Bucket=B, Policy=_policy(allow))
    s3.put_bucket_website(Bucket=B, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_object(Bucket=B, Key="index.html", Body=b"hello", ContentType="text/html")
    answer = aws.fetch(f"http://{B}.s3-website-us-east-1.amazonaws.com/")
    return (
        "index document"
        if (answer.body if hasattr(answer, "body") else answer.content) == b"hello"
        else "something else"
    )


def head_missing_bucket(aws: Aws) -> str:
    return outcome(aws.s3.head_object, Bucket="not-there-at-all", Key="k")


def foreign_bucket(aws: Aws) -> str:
    with aws.other() as theirs:
        theirs.create_bucket(Bucket=B)
    return outcome(aws.s3.create_bucket, Bucket=B)


def notification(aws: Aws) -> str:
    queue = {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:nope", "Events": ["s3:ObjectCreated:*"]}
    settings = {"QueueConfigurations": [queue]}
    return outcome(aws.bucket().put_bucket_notification_configuration, Bucket=B, NotificationConfiguration=settings)


def bucket_again(region: str) -> Any:
    def probe(aws: Aws) -> str:
        s3 = aws.client("s3", region)
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=B, **place)
        return outcome(s3.create_bucket, Bucket=B, **place)

    return probe


ROWS = (
    Row(
        "s3: encryption of a new bucket / a new object",
        default_encryption,
        "AES256 / AES256",
        "ServerSideEncryptionConfigurationNotFoundError / None",
        GUIDE + "default-encryption-faq.html",
    ),
    Row(
        "s3: put where aws:kms is the default",
        kms_default,
        "aws:kms key=True",
        "aws:kms key=False",
        GUIDE + "UsingKMSEncryption.html",
    ),
    Row(
        "s3: put with a KMS key that is not there",
        put(ServerSideEncryption="aws:kms", SSEKMSKeyId="nope"),
        "KMS.NotFoundException 400",
        "OK",
        GUIDE + "UsingKMSEncryption.html",
    ),
    Row(
        "s3: default encryption AES-256",
        encryption("AES-256"),
        "MalformedXML 400",
        "OK",
        API + "API_ServerSideEncryptionByDefault.html",
    ),
    Row(
        "s3: put with encryption AES-256",
        put(ServerSideEncryption="AES-256"),
        "InvalidArgument 400",
        "OK",
        API + "API_PutObject.html",
    ),
    Row(
        "s3: public access block of a new bucket, all on",
        access_block,
        "True",
        "NoSuchPublicAccessBlockConfiguration",
        GUIDE + "access-control-block-public-access.html",
    ),
    Row(
        "s3: put with ACL public-read",
        put(ACL="public-read"),
        "AccessControlListNotSupported 400",
        "OK",
        GUIDE + "about-object-ownership.html",
    ),
    Row(
        "s3: put with ACL bucket-owner-full-control",
        put(ACL="bucket-owner-full-control"),
        "OK",
        "OK",
        GUIDE + "about-object-ownership.html",
    ),
    Row(
        "s3: bucket name with capitals",
        name("My-Bucket"),
        "InvalidBucketName 400",
        "OK",
        GUIDE + "bucketnamingrules.html",
    ),
    Row(
        "s3: bucket name like an address",
        name("192.168.5.4"),
        "InvalidBucketName 400",
        "OK",
        GUIDE + "bucketnamingrules.html",
    ),
    Row("s3: bucket name with two dots", name("a..b"), "InvalidBucketName 400", "OK", GUIDE + "bucketnamingrules.html"),
    Row("s3: bucket name of 63 letters", name("b" * 63), "OK", "OK", GUIDE + "bucketnamingrules.html"),
    Row(
        "s3: bucket name of 64 letters",
        name("b" * 64),
        "InvalidBucketName 400",
        "InvalidBucketName 400",
        GUIDE + "bucketnamingrules.html",
    ),
    Row("s3: own bucket again, us-east-1", bucket_again("us-east-1"), "OK", "OK", API + "API_CreateBucket.html"),
    Row(
        "s3: own bucket again, elsewhere",
        bucket_again("eu-west-1"),
        "BucketAlreadyOwnedByYou 409",
        "BucketAlreadyOwnedByYou 409",
        API + "API_CreateBucket.html",
    ),
    Row(
        "s3: bucket that somebody else owns",
        foreign_bucket,
        "BucketAlreadyExists 409",
        "BucketAlreadyExists 409",
        API + "API_CreateBucket.html",
    ),
    Row(
        "s3: versioning Disabled",
        lambda aws: outcome(
            aws.bucket().put_bucket_versioning, Bucket=B, VersioningConfiguration={"Status": "Disabled"}
        ),
        "MalformedXML 400",
        "OK",
        API + "API_PutBucketVersioning.html",
    ),
    Row(
        "s3: notification to a queue that is not there",
        notification,
        "InvalidArgument 400",
        "OK",
        API + "API_PutBucketNotificationConfiguration.html",
    ),
    Row(
        "s3: head in a bucket that is not there",
        head_missing_bucket,
        "404 404",
        "NoSuchBucket 404",
        API + "API_HeadObject.html",
    ),
    Row("s3: static website", website, "index document", "something else", GUIDE + "WebsiteHosting.html"),
)
