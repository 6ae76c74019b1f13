"""Rows of the ledger: what AWS itself answered when public tests recorded it, asked anew here."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/API_"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B, K = "probe-bucket", "key"
ONE = {"Bucket": B, "Key": K}
DAY = "2026-02-21"
LATER = datetime(2040, 1, 1, tzinfo=UTC)


def fact(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Keep a probe's answer short: these fields of an error, or of a response."""

    def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
        def probe(aws: Aws) -> str:
            try:
                answer = call(aws)
            except ClientError as error:
                answer = error.response["Error"] | {"status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
            except Exception as error:  # plain moto breaks in the middle of some calls
                return type(error).__name__
            return " ".join(str(answer.get(name)) for name in names)

        return probe

    return wrap


def stored(aws: Aws, body: bytes = b"0123456789", **options: Any) -> Any:
    s3 = aws.bucket()
    s3.put_object(**ONE, Body=body, **options)
    return s3


def versioned(aws: Aws, status: str = "Enabled") -> Any:
    s3 = aws.bucket()
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": status})
    return s3


def locked(aws: Aws) -> Any:
    s3 = aws.s3
    s3.create_bucket(Bucket=B, ObjectLockEnabledForBucket=True)
    return s3


def upload(s3: Any, body: bytes = b"data", **options: Any) -> dict[str, Any]:
    upload_id = s3.create_multipart_upload(**ONE, **options)["UploadId"]
    sent = s3.upload_part(**ONE, UploadId=upload_id, PartNumber=1, Body=body)
    return {**ONE, "UploadId": upload_id, "MultipartUpload": {"Parts": [{"ETag": sent["ETag"], "PartNumber": 1}]}}


def marker(s3: Any) -> str:
    return str(s3.delete_object(**ONE)["VersionId"])


def read(operation: str, **options: Any) -> Callable[[Aws], str]:
    return lambda aws: outcome(getattr(stored(aws), operation), **ONE, **options)


def conditional_put(**options: Any) -> Callable[[Aws], str]:
    return lambda aws: outcome(stored(aws).put_object, **ONE, Body=b"new", **options)


def copy_if(**options: Any) -> Callable[[Aws], str]:
    @fact("Code", "Condition")
    def probe(aws: Aws) -> Any:
        s3 = stored(aws)
        given = {name: s3.head_object(**ONE)["ETag"] if value == "own" else value for name, value in options.items()}
        return s3.copy_object(Bucket=B, Key="copy", CopySource=f"{B}/{K}", **given)

    return probe


def complete_if(meanwhile: str, **options: Any) -> Callable[[Aws], str]:
    def probe(aws: Aws) -> str:
        s3 = stored(aws)
        given = upload(s3)
        if meanwhile:
            getattr(s3, meanwhile)(**ONE)
        return outcome(s3.complete_multipart_upload, **given, **options)

    return probe


def on_marker(operation: str, **options: Any) -> Callable[[Aws], str]:
    def probe(aws: Aws) -> str:
        s3 = versioned(aws)
        s3.put_object(**ONE)
        return outcome(getattr(s3, operation), **ONE, VersionId=marker(s3), **options)

    return probe


def setting(operation: str, **options: Any) -> Callable[[Aws], str]:
    return lambda aws: outcome(getattr(aws.bucket(), operation), Bucket=B, **options)


def rule(**change: Any) -> Callable[[Aws], str]:
    whole = {"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 7}, **change}
    given = {name: value for name, value in whole.items() if value is not None}
    return setting("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [given]})


def tags(**named: str) -> dict[str, Any]:
    return {"TagSet": [{"Key": key.replace("__", ":"), "Value": value} for key, value in named.items()]}


@fact("ContentLength", "PartsCount")
def second_part(aws: Aws) -> Any:
    s3 = aws.bucket()
    upload_id = s3.create_multipart_upload(**ONE)["UploadId"]
    parts = []
    for number, body in ((1, bytes(5 << 20)), (2, b"end")):
        sent = s3.upload_part(**ONE, UploadId=upload_id, PartNumber=number, Body=body)
        parts.append({"ETag": sent["ETag"], "PartNumber": number})
    s3.complete_multipart_upload(**ONE, UploadId=upload_id, MultipartUpload={"Parts": parts})
    return s3.get_object(**ONE, PartNumber=2)


@fact("ChecksumType", "ChecksumCRC64NVME")
def default_checksum(aws: Aws) -> Any:
    s3 = aws.bucket()
    return s3.complete_multipart_upload(**upload(s3, b"aaa"))


@fact("Code", "PartNumber")
def wrong_part(aws: Aws) -> Any:
    s3 = aws.bucket()
    given = upload(s3)
    given["MultipartUpload"]["Parts"][0]["PartNumber"] = 2
    return s3.complete_multipart_upload(**given)


def complete_twice(aws: Aws) -> str:
    s3 = aws.bucket()
    given = upload(s3)
    s3.complete_multipart_upload(**given)
    return outcome(s3.complete_multipart_upload, **given)


@fact("Code", "ResourceType", "status")
def read_marker(aws: Aws) -> Any:
    s3 = versioned(aws)
    return s3.get_object(**ONE, VersionId=marker(s3))


def length_of_version_id(aws: Aws) -> str:
    return str(len(versioned(aws).put_object(**ONE)["VersionId"]))


def wrong_versions(aws: Aws) -> str:
    s3 = stored(aws)
    answer = s3.delete_objects(
        Bucket=B, Delete={"Objects": [{"Key": K, "VersionId": "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"}]}
    )
    return str([(one["Code"], one["VersionId"][:4]) for one in answer.get("Errors", [])])


def shortened(aws: Aws) -> str:
    s3 = locked(aws)
    s3.put_object(**ONE, ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=LATER)
    sooner = {"Mode": "COMPLIANCE", "RetainUntilDate": LATER - timedelta(days=300)}
    return outcome(s3.put_object_retention, **ONE, Retention=sooner)


def never_held(aws: Aws) -> str:
    s3 = locked(aws)
    s3.put_object(**ONE)
    return outcome(s3.get_object_legal_hold, **ONE)


def suspend_locked(aws: Aws) -> str:
    call = locked(aws).put_bucket_versioning
    return outcome(call, Bucket=B, VersioningConfiguration={"Status": "Suspended"})


def half_a_lock(aws: Aws) -> str:
    return outcome(locked(aws).put_object, **ONE, ObjectLockMode="GOVERNANCE")


@fact("IsTruncated", "NextMarker")
def page_of_folders(aws: Aws) -> Any:
    s3 = aws.bucket()
    for key in ("f/a/x", "f/b"):
        s3.put_object(Bucket=B, Key=key)
    return s3.list_objects(Bucket=B, Prefix="f/", Delimiter="/", MaxKeys=1)


@fact("ChecksumType", "ChecksumAlgorithm", "Owner")
def list_entry(aws: Aws) -> Any:
    return stored(aws).list_objects_v2(Bucket=B)["Contents"][0]


@fact("Location", "BucketArn")
def new_bucket(aws: Aws) -> Any:
    return aws.s3.create_bucket(Bucket=B)


@fact("TagSet", "Code")
def tagged_bucket(aws: Aws) -> Any:
    aws.s3.create_bucket(Bucket=B, CreateBucketConfiguration={"Tags": [{"Key": "k", "Value": "v"}]})
    return aws.s3.get_bucket_tagging(Bucket=B)


def old_region(aws: Aws) -> str:
    s3 = aws.client("s3", "eu-west-1")
    return outcome(s3.create_bucket, Bucket=B, CreateBucketConfiguration={"LocationConstraint": "EU"})


def acls_again(aws: Aws) -> str:
    s3 = stored(aws)
    s3.delete_bucket_ownership_controls(Bucket=B)
    s3.delete_public_access_block(Bucket=B)
    return outcome(s3.put_object_acl, **ONE, ACL="public-read")


def simulated(aws: Aws) -> str:
    iam = aws.client("iam")
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    arn = iam.create_user(UserName="u")["User"]["Arn"]
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy)
    names = ["s3:PutObject", "s3:GetObject"]
    try:
        found = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=names)["EvaluationResults"]
    except Exception as error:  # moto has no simulator
        return type(error).__name__
    return " ".join(one["EvalDecision"] for one in found)


def attach_by_name(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    return outcome(iam.attach_user_policy, UserName="u", PolicyArn="longpolicynamebutnoarn")


def session_name(aws: Aws) -> str:
    return outcome(aws.client("sts").assume_role, RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="a:b")


def metric(**datum: Any) -> Callable[[Aws], str]:
    data = [{"MetricName": "m", **datum}]
    return lambda aws: outcome(aws.client("cloudwatch").put_metric_data, Namespace="n", MetricData=data)


def launch(**options: Any) -> Callable[[Aws], str]:
    def probe(aws: Aws) -> str:
        image = aws.image() if options.get("InstanceType") else None
        given = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **options}
        given["ImageId"] = aws.image()
        return outcome(aws.ec2.run_instances, **given)

    return probe


def other_network(aws: Aws) -> str:
    ec2 = aws.ec2
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="other", Description="other", VpcId=vpc)["GroupId"]
    return launch(SecurityGroupIds=[group])(aws)


def groups_twice(aws: Aws) -> str:
    nic = {"DeviceIndex": 0, "AssociatePublicIpAddress": True}
    group = aws.ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return launch(NetworkInterfaces=[nic], SecurityGroupIds=[group])(aws)


def rule_text(aws: Aws) -> str:
    group = aws.ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    ranges = [{"CidrIp": "203.0.113.0/24", "Description": "Ada's office"}]
    rules = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}]
    return outcome(aws.ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=rules)


def other_address(aws: Aws) -> str:
    (instance,) = aws.launch()
    for _ in range(3):
        aws.instance(instance)
    first = aws.instance(instance)["PublicIpAddress"]
    aws.ec2.stop_instances(InstanceIds=[instance])
    for _ in range(3):
        aws.instance(instance)
    aws.ec2.start_instances(InstanceIds=[instance])
    for _ in range(3):
        aws.instance(instance)
    return str(aws.instance(instance)["PublicIpAddress"] != first)


def spec(*tags: dict[str, str]) -> dict[str, Any]:
    return {"ResourceType": "instance", "Tags": list(tags)}


NAME = {"Key": "Name", "Value": "a"}
ANSWERS: tuple[tuple[str, Callable[[Aws], str], str, str, str, str], ...] = (
    # what, probe, AWS, plain moto, source, the day on which AWS was asked
    (
        "s3: put over an object, If-None-Match its ETag",
        conditional_put(IfNoneMatch='"x"'),
        "NotImplemented 501",
        "OK",
        API + "PutObject.html",
        DAY,
    ),
    (
        "s3: put with both conditions",
        conditional_put(IfMatch='"x"', IfNoneMatch="*"),
        "NotImplemented 501",
        "PreconditionFailed 412",
        API + "PutObject.html",
        DAY,
    ),
    (
        "s3: put if absent, over an object",
        conditional_put(IfNoneMatch="*"),
        "PreconditionFailed 412",
        "PreconditionFailed 412",
        API + "PutObject.html",
        DAY,
    ),
    ("s3: read a range that is none", read("get_object", Range="bytes=1-0"), "OK", "OK", API + "GetObject.html", DAY),
    ("s3: read a range without unit", read("get_object", Range="0-1"), "OK", "ValueError", API + "GetObject.html", DAY),
    (
        "s3: read part and range",
        read("get_object", Range="bytes=0-1", PartNumber=1),
        "InvalidRequest 400",
        "OK",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: read part 2 of one piece",
        read("get_object", PartNumber=2),
        "InvalidPartNumber 416",
        "416 416",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: read a version where none are kept",
        read("get_object", VersionId="HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"),
        "InvalidArgument 400",
        "NoSuchVersion 404",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: read if modified since a day to come",
        read("get_object", IfModifiedSince=datetime(2100, 1, 1, tzinfo=UTC)),
        "OK",
        "304 304",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: delete if it is another",
        read("delete_object", IfMatch='"x"'),
        "PreconditionFailed 412",
        "PreconditionFailed 412",
        API + "DeleteObject.html",
        DAY,
    ),
    (
        "s3: delete if of a size",
        read("delete_object", IfMatchSize=1),
        "NotImplemented 501",
        "OK",
        API + "DeleteObject.html",
        DAY,
    ),
    ("s3: part 2 of an upload", second_part, "3 2", "5242883 None", API + "GetObject.html", DAY),
    (
        "s3: copy if the source is another",
        copy_if(CopySourceIfMatch='"x"'),
        "PreconditionFailed x-amz-copy-source-If-Match",
        "None None",
        API + "CopyObject.html",
        "2026-02-23",
    ),
    (
        "s3: copy if the source is not this",
        copy_if(CopySourceIfNoneMatch="own"),
        "PreconditionFailed x-amz-copy-source-If-None-Match",
        "PreconditionFailed x-amz-copy-source-If-None-Match",
        API + "CopyObject.html",
        "2026-02-23",
    ),
    (
        "s3: copy if unmodified since 2020",
        copy_if(CopySourceIfUnmodifiedSince=datetime(2020, 1, 1, tzinfo=UTC)),
        "PreconditionFailed x-amz-copy-source-If-Unmodified-Since",
        "None None",
        API + "CopyObject.html",
        "2026-02-23",
    ),
    (
        "s3: copy onto itself",
        lambda aws: outcome(stored(aws).copy_object, **ONE, CopySource=f"{B}/{K}"),
        "InvalidRequest 400",
        "InvalidRequest 400",
        API + "CopyObject.html",
        DAY,
    ),
    (
        "s3: copy without a key",
        lambda aws: outcome(aws.bucket().copy_object, **ONE, CopySource="nothing"),
        "InvalidArgument 400",
        "ValueError",
        API + "CopyObject.html",
        DAY,
    ),
    (
        "s3: complete over another object",
        complete_if("", IfMatch='"x"'),
        "PreconditionFailed 412",
        "OK",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete if absent, over an object",
        complete_if("", IfNoneMatch="*"),
        "PreconditionFailed 412",
        "PreconditionFailed 412",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete if absent, deleted meanwhile",
        complete_if("delete_object", IfNoneMatch="*"),
        "ConditionalRequestConflict 409",
        "OK",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete over one deleted meanwhile",
        complete_if("delete_object", IfMatch='"x"'),
        "NoSuchKey 404",
        "OK",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete with the wrong size",
        complete_if("", MpuObjectSize=5),
        "InvalidRequest 400",
        "OK",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete with a part that was not sent",
        wrong_part,
        "InvalidPart 2",
        "InvalidPart None",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    ("s3: complete again", complete_twice, "OK", "OK", API + "CompleteMultipartUpload.html", ""),
    (
        "s3: checksum of an upload by default",
        default_checksum,
        "FULL_OBJECT Rnr2/5P7Gsk=",
        "None None",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: upload with an unknown checksum",
        lambda aws: outcome(aws.bucket().create_multipart_upload, **ONE, ChecksumAlgorithm="TEST"),
        "InvalidRequest 400",
        "OK",
        API + "CreateMultipartUpload.html",
        DAY,
    ),
    (
        "s3: part number 0",
        lambda aws: outcome(aws.bucket().upload_part, **ONE, UploadId="x", PartNumber=0),
        "InvalidArgument 400",
        "KeyError",
        API + "UploadPart.html",
        DAY,
    ),
    (
        "s3: read a delete marker",
        read_marker,
        "MethodNotAllowed DeleteMarker 405",
        "KeyError",
        GUIDE + "DeleteMarker.html",
        DAY,
    ),
    (
        "s3: tags of a delete marker",
        on_marker("get_object_tagging"),
        "MethodNotAllowed 405",
        "NoSuchVersion 404",
        GUIDE + "DeleteMarker.html",
        "2026-02-23",
    ),
    ("s3: head of a delete marker", on_marker("head_object"), "405 405", "405 405", GUIDE + "DeleteMarker.html", DAY),
    ("s3: letters of a version id", length_of_version_id, "32", "36", GUIDE + "versioning-workflows.html", DAY),
    (
        "s3: delete_objects, a version that is not there",
        wrong_versions,
        "[('NoSuchVersion', 'HPni')]",
        "[]",
        API + "DeleteObjects.html",
        DAY,
    ),
    (
        "s3: versioning without a status",
        setting("put_bucket_versioning", VersioningConfiguration={}),
        "IllegalVersioningConfigurationException 400",
        "404 404",
        API + "PutBucketVersioning.html",
        DAY,
    ),
    ("s3: shorten a retention of compliance", shortened, "AccessDenied 403", "OK", GUIDE + "object-lock.html", DAY),
    (
        "s3: a hold that was never set",
        never_held,
        "NoSuchObjectLockConfiguration 404",
        "OK",
        API + "GetObjectLegalHold.html",
        DAY,
    ),
    (
        "s3: suspend versions under a lock",
        suspend_locked,
        "InvalidBucketState 409",
        "OK",
        GUIDE + "object-lock.html",
        DAY,
    ),
    ("s3: put with half a lock", half_a_lock, "InvalidArgument 400", "OK", API + "PutObject.html", DAY),
    (
        "s3: retention without a lock",
        read("get_object_retention"),
        "InvalidRequest 400",
        "500 500",
        API + "GetObjectRetention.html",
        DAY,
    ),
    (
        "s3: tag key aws:",
        read("put_object_tagging", Tagging=tags(aws__x="1")),
        "InvalidTag 400",
        "InvalidTag 400",
        GUIDE + "object-tagging.html",
        "2026-02-23",
    ),
    (
        "s3: tag value with a comma",
        read("put_object_tagging", Tagging=tags(x="1,2")),
        "InvalidTag 400",
        "InvalidTag 400",
        GUIDE + "object-tagging.html",
        "2026-02-23",
    ),
    (
        "s3: no tags at all",
        read("put_object_tagging", Tagging={"TagSet": []}),
        "OK",
        "TypeError",
        API + "PutObjectTagging.html",
        DAY,
    ),
    (
        "s3: one tag twice in a header",
        conditional_put(Tagging="a=1&a=2"),
        "InvalidArgument 400",
        "OK",
        API + "PutObject.html",
        "2026-02-23",
    ),
    (
        "s3: tags of a new bucket",
        tagged_bucket,
        "[{'Key': 'k', 'Value': 'v'}] None",
        "None NoSuchTagSet",
        API + "CreateBucket.html",
        "2026-02-23",
    ),
    (
        "s3: answer to create_bucket",
        new_bucket,
        f"/{B} arn:aws:s3:::{B}",
        "/probe-bucket None",
        API + "CreateBucket.html",
        DAY,
    ),
    (
        "s3: old name of eu-west-1",
        old_region,
        "OK",
        "IllegalLocationConstraintException 400",
        API + "CreateBucket.html",
        DAY,
    ),
    (
        "s3: unknown ownership",
        lambda aws: outcome(aws.s3.create_bucket, Bucket=B, ObjectOwnership="Somebody"),
        "InvalidArgument 400",
        "OK",
        API + "CreateBucket.html",
        DAY,
    ),
    ("s3: ACLs once ownership is deleted", acls_again, "OK", "OK", API + "DeleteBucketOwnershipControls.html", DAY),
    (
        "s3: unknown canned ACL",
        setting("put_bucket_acl", ACL="fake-acl"),
        "InvalidArgument 400",
        "AssertionError",
        API + "PutBucketAcl.html",
        DAY,
    ),
    ("s3: page of folders, version 1", page_of_folders, "True f/a/", "False None", API + "ListObjects.html", DAY),
    (
        "s3: entry of a list",
        list_entry,
        "FULL_OBJECT ['CRC32'] None",
        "None ['CRC32'] None",
        API + "ListObjectsV2.html",
        DAY,
    ),
    (
        "s3: list in an unknown encoding",
        setting("list_objects_v2", EncodingType="value"),
        "InvalidArgument 400",
        "OK",
        API + "ListObjectsV2.html",
        DAY,
    ),
    (
        "s3: list with a made-up token",
        setting("list_objects_v2", ContinuationToken="nonsense"),
        "InvalidArgument 400",
        "OK",
        API + "ListObjectsV2.html",
        DAY,
    ),
    (
        "s3: website without an index",
        setting("put_bucket_website", WebsiteConfiguration={"ErrorDocument": {"Key": "e"}}),
        "InvalidArgument 400",
        "OK",
        API + "PutBucketWebsite.html",
        DAY,
    ),
    (
        "s3: website, index with a slash",
        setting("put_bucket_website", WebsiteConfiguration={"IndexDocument": {"Suffix": "/i"}}),
        "InvalidArgument 400",
        "OK",
        API + "PutBucketWebsite.html",
        DAY,
    ),
    (
        "s3: CORS, unknown method",
        setting(
            "put_bucket_cors", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["MY"], "AllowedOrigins": ["*"]}]}
        ),
        "InvalidRequest 400",
        "InvalidRequest 400",
        API + "PutBucketCors.html",
        "2023-07-31",
    ),
    (
        "s3: two default encryptions",
        setting("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": [{"BucketKeyEnabled": True}] * 2}),
        "MalformedXML 400",
        "AttributeError",
        API + "PutBucketEncryption.html",
        DAY,
    ),
    (
        "s3: lifecycle rule without a filter",
        rule(Filter=None),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "PutBucketLifecycleConfiguration.html",
        DAY,
    ),
    (
        "s3: lifecycle filter by two things",
        rule(Filter={"Prefix": "", "ObjectSizeGreaterThan": 500}),
        "MalformedXML 400",
        "OK",
        API + "LifecycleRuleFilter.html",
        DAY,
    ),
    (
        "s3: lifecycle date with a time",
        rule(Expiration={"Date": datetime(2035, 1, 1, 2, tzinfo=UTC)}),
        "InvalidArgument 400",
        "OK",
        API + "LifecycleExpiration.html",
        DAY,
    ),
    (
        "s3: another owner expected, who is none",
        setting("get_bucket_acl", ExpectedBucketOwner="0000"),
        "InvalidBucketOwnerAWSAccountID 400",
        "OK",
        GUIDE + "bucket-owner-condition.html",
        DAY,
    ),
    (
        "s3: storage class OUTPOSTS",
        conditional_put(StorageClass="OUTPOSTS"),
        "InvalidStorageClass 400",
        "InvalidStorageClass 400",
        API + "PutObject.html",
        DAY,
    ),
    (
        "iam: simulate a user's policy",
        simulated,
        "allowed implicitDeny",
        "NotImplementedError",
        DOCS + "IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
        "2025-04-21",
    ),
    (
        "iam: attach a policy by its name",
        attach_by_name,
        "ValidationError 400",
        "NoSuchEntity 404",
        DOCS + "IAM/latest/APIReference/API_AttachUserPolicy.html",
        "2025-03-06",
    ),
    (
        "sts: session name with a colon",
        session_name,
        "ValidationError 400",
        "OK",
        DOCS + "STS/latest/APIReference/API_AssumeRole.html",
        "2025-07-21",
    ),
    (
        "cloudwatch: a value and values",
        metric(Value=1, Values=[1, 2]),
        "InvalidParameterCombination 400",
        "InvalidParameterValue 400",
        DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricData.html",
        "2025-09-19",
    ),
    (
        "ec2: template name with a blank",
        lambda aws: outcome(
            aws.ec2.create_launch_template, LaunchTemplateName="a b c", LaunchTemplateData={"InstanceType": "t3.micro"}
        ),
        "InvalidLaunchTemplateName.MalformedException 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html",
        "",
    ),
    (
        "ec2: launch on a type of another architecture",
        launch(InstanceType="t4g.micro"),
        "InvalidParameterValue 400",
        "OK",
        DOCS + "AWSEC2/latest/UserGuide/instance-types.html",
        "",
    ),
    (
        "ec2: launch in a group of another network",
        other_network,
        "InvalidParameter 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_RunInstances.html",
        "",
    ),
    (
        "ec2: launch with interfaces and groups",
        groups_twice,
        "InvalidParameterCombination 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_RunInstances.html",
        "",
    ),
    (
        "ec2: launch with tag key aws:",
        launch(TagSpecifications=[spec({"Key": "aws:x", "Value": "1"})]),
        "InvalidParameterValue 400",
        "OK",
        DOCS + "AWSEC2/latest/UserGuide/Using_Tags.html",
        "",
    ),
    (
        "ec2: launch with two tag specifications of a kind",
        launch(TagSpecifications=[spec(NAME), spec(NAME)]),
        "InvalidParameterValue 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_TagSpecification.html",
        "",
    ),
    (
        "ec2: launch with a volume under its snapshot",
        launch(BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 1}}]),
        "InvalidBlockDeviceMapping 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/errors-overview.html",
        "",
    ),
    (
        "ec2: rule description with an apostrophe",
        rule_text,
        "InvalidParameterValue 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_IpRange.html",
        "",
    ),
    (
        "ec2: stop nothing",
        lambda aws: outcome(aws.ec2.stop_instances, InstanceIds=[]),
        "MissingParameter 400",
        "OK",
        DOCS + "AWSEC2/latest/APIReference/API_StopInstances.html",
        "",
    ),
    (
        "ec2: another public address after stop and start",
        other_address,
        "True",
        "True",
        DOCS + "AWSEC2/latest/UserGuide/using-instance-addressing.html",
        "",
    ),
)
ROWS = tuple(Row(name, probe, aws, moto, source, asked) for name, probe, aws, moto, source, asked in ANSWERS)
