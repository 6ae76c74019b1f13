"""Rows of the ledger: more of what AWS itself answered when public tests recorded it, asked anew here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.answers import API, DAY, GUIDE, LATER, ONE, B, K, fact, locked, setting, stored, upload, versioned
from ledger.row import DOCS, Aws, Row, outcome

IAM, EC2 = DOCS + "IAM/latest/APIReference/API_", DOCS + "AWSEC2/latest/APIReference/API_"
TAGS = "2026-02-23"
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
TRUST += '"Action":"sts:AssumeRole"}]}'
Probe = Callable[[Aws], str]
Found = Callable[[Aws], Any]


def found(look: Found) -> Probe:
    """Tell what a probe finds, or how it breaks."""

    def probe(aws: Aws) -> str:
        answer: list[str] = []
        code = outcome(lambda: answer.append(str(look(aws))))
        return answer[0] if answer else code

    return probe


def head(**options: Any) -> Callable[[str], Probe]:
    return lambda name: found(lambda aws: stored(aws, **options).head_object(**ONE).get(name))


def elsewhere(aws: Aws) -> str:
    where = {"LocationConstraint": "bar"}
    return outcome(aws.client("s3", "eu-west-1").create_bucket, Bucket=B, CreateBucketConfiguration=where)


def emptied(change: str) -> Probe:
    def probe(aws: Aws) -> str:
        s3 = versioned(aws) if change == "marker" else stored(aws)
        if change == "marker":
            s3.delete_object(**ONE)
        return outcome(s3.delete_bucket, Bucket=B)

    return probe


def copied(**options: Any) -> Any:
    def look(aws: Aws) -> Any:
        s3 = stored(aws, ContentLanguage="en", Metadata={"a": "1"})
        s3.copy_object(Bucket=B, Key="copy", CopySource=f"{B}/{K}", Metadata={"b": "2"}, **options)
        answer = s3.head_object(Bucket=B, Key="copy")
        return answer["Metadata"], answer.get("ContentLanguage")

    return found(look)


def copy_of_marker(aws: Aws) -> str:
    s3 = versioned(aws)
    s3.put_object(**ONE)
    marker = s3.delete_object(**ONE)["VersionId"]
    return outcome(s3.copy_object, Bucket=B, Key="copy", CopySource=f"{B}/{K}?versionId={marker}")


def no_upload(operation: str, **options: Any) -> Probe:
    return lambda aws: outcome(getattr(aws.bucket(), operation), **ONE, UploadId="none", **options)


def part_order(aws: Aws) -> str:
    s3 = aws.bucket()
    given = upload(s3)
    second = {"ETag": given["MultipartUpload"]["Parts"][0]["ETag"], "PartNumber": 2}
    parts = {"Parts": [second, *given["MultipartUpload"]["Parts"]]}
    return outcome(s3.complete_multipart_upload, **{**given, "MultipartUpload": parts})


def new_upload(**options: Any) -> Any:
    return lambda aws: aws.bucket().create_multipart_upload(**ONE, **options)


def hold(operation: str) -> Probe:
    def probe(aws: Aws) -> str:
        s3 = locked(aws)
        version = s3.put_object(**ONE, ObjectLockLegalHoldStatus="ON")["VersionId"]
        return outcome(getattr(s3, operation), **ONE, VersionId=version)

    return probe


def copied_lock(aws: Aws) -> Any:
    s3 = locked(aws)
    s3.put_object(**ONE, ObjectLockLegalHoldStatus="ON", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=LATER)
    s3.copy_object(Bucket=B, Key="copy", CopySource=f"{B}/{K}")
    return sorted({"ObjectLockLegalHoldStatus", "ObjectLockMode"} & set(s3.head_object(Bucket=B, Key="copy")))


def folders(aws: Aws) -> Any:
    s3 = aws.bucket()
    for key in ("f/a/x", "f/a/y", "f/b", "f/c"):
        s3.put_object(Bucket=B, Key=key)
    one = {"Bucket": B, "Prefix": "f/", "Delimiter": "/", "MaxKeys": 1}
    first = s3.list_objects_v2(**one)
    second = s3.list_objects_v2(**one, ContinuationToken=first["NextContinuationToken"])
    return [one["Prefix"] for one in first["CommonPrefixes"]], [one["Key"] for one in second["Contents"]]


def markers(aws: Aws) -> Any:
    s3 = aws.bucket()
    for key in "abc":
        s3.put_object(Bucket=B, Key=key)
    return [s3.list_objects(Bucket=B, MaxKeys=1, **more).get("NextMarker") for more in ({"Delimiter": "/"}, {})]


def suspended(aws: Aws) -> Any:
    s3 = versioned(aws)
    s3.put_object(**ONE)
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(**ONE)
    s3.delete_object(**ONE)
    history = s3.list_object_versions(Bucket=B)
    return len(history["Versions"]), [one["VersionId"] for one in history["DeleteMarkers"]]


def deleted_tags(aws: Aws) -> Any:
    s3 = stored(aws, Tagging="a=1")
    s3.delete_object_tagging(**ONE)
    return s3.get_object_tagging(**ONE)["TagSet"], s3.head_object(**ONE).get("TagCount")


def role(aws: Aws) -> Any:
    iam = aws.client("iam")
    made = iam.create_role(RoleName="r", Path="/p/", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "k", "Value": "v"}])
    shown = iam.get_role(RoleName="r")["Role"], iam.list_roles(PathPrefix="/p")["Roles"][0]
    return ["Tags" in one for one in (made["Role"], *shown)]


def template(operation: str, **options: Any) -> Probe:
    def probe(aws: Aws) -> str:
        aws.ec2.create_launch_template(LaunchTemplateName="probe", LaunchTemplateData={"InstanceType": "t3.micro"})
        return outcome(getattr(aws.ec2, operation), LaunchTemplateName="probe", **options)

    return probe


def many_counts(aws: Aws) -> str:
    datum = {"MetricName": "m", "Values": [1.0], "Counts": [1.0, 2.0]}
    return outcome(aws.client("cloudwatch").put_metric_data, Namespace="n", MetricData=[datum])


def queue_again(aws: Aws) -> str:
    sqs = aws.client("sqs")
    sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "1"})
    return outcome(sqs.create_queue, QueueName="q", Attributes={"DelaySeconds": "2"})


def native(aws: Aws) -> str:
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    both = {"CidrBlock": "10.0.0.0/24", "Ipv6CidrBlock": "1080::1:200C:417A/112"}
    return outcome(aws.ec2.create_subnet, VpcId=vpc, Ipv6Native=True, **both)


def long_life(aws: Aws) -> Any:
    s3 = aws.bucket()
    rule = {"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 2**31 - 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=B, LifecycleConfiguration={"Rules": [rule]})
    s3.put_object(**ONE)
    return s3.head_object(**ONE).get("Expiration")


PROBES: tuple[tuple[str, Probe, str, str, str, str], ...] = (
    # what, probe, AWS, plain moto, source, the day on which AWS was asked
    (
        "s3: a region that is none, asked in another",
        elsewhere,
        "IllegalLocationConstraintException 400",
        "IllegalLocationConstraintException 400",
        API + "CreateBucket.html",
        DAY,
    ),
    (
        "s3: delete a bucket with an object",
        emptied("object"),
        "BucketNotEmpty 409",
        "BucketNotEmpty 409",
        API + "DeleteBucket.html",
        DAY,
    ),
    (
        "s3: delete a bucket with a delete marker",
        emptied("marker"),
        "BucketNotEmpty 409",
        "OK",
        API + "DeleteBucket.html",
        DAY,
    ),
    (
        "s3: accelerate, status in lower case",
        setting("put_bucket_accelerate_configuration", AccelerateConfiguration={"Status": "enabled"}),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "PutBucketAccelerateConfiguration.html",
        DAY,
    ),
    (
        "s3: delete metrics that are not there",
        setting("delete_bucket_metrics_configuration", Id="a"),
        "NoSuchConfiguration 404",
        "OK",
        API + "DeleteBucketMetricsConfiguration.html",
        DAY,
    ),
    (
        "s3: answer to put_object",
        fact("ChecksumType", "ServerSideEncryption")(lambda aws: aws.bucket().put_object(**ONE)),
        "FULL_OBJECT AES256",
        "None None",
        API + "PutObject.html",
        DAY,
    ),
    ("s3: head of a plain object, class", head()("StorageClass"), "None", "None", API + "HeadObject.html", DAY),
    (
        "s3: head of a plain object, type",
        head()("ContentType"),
        "binary/octet-stream",
        "binary/octet-stream",
        API + "HeadObject.html",
        DAY,
    ),
    (
        "s3: error of a range beyond the end",
        fact("Code", "ActualObjectSize", "RangeRequested")(
            lambda aws: stored(aws).get_object(**ONE, Range="bytes=100-200")
        ),
        "InvalidRange 10 bytes=100-200",
        "InvalidRange 10 bytes=100-200",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: error of an archived object",
        fact("Code", "StorageClass")(lambda aws: stored(aws, StorageClass="GLACIER").get_object(**ONE)),
        "InvalidObjectState GLACIER",
        "InvalidObjectState GLACIER",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: other headers on demand",
        fact("ContentType", "CacheControl")(
            lambda aws: stored(aws).get_object(**ONE, ResponseContentType="a/b", ResponseCacheControl="no-cache")
        ),
        "a/b no-cache",
        "a/b no-cache",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: attributes of an object",
        fact("ETag", "ObjectSize")(
            lambda aws: stored(aws, b"test").get_object_attributes(**ONE, ObjectAttributes=["ETag", "ObjectSize"])
        ),
        "098f6bcd4621d373cade4e832627b4f6 4",
        "098f6bcd4621d373cade4e832627b4f6 4",
        API + "GetObjectAttributes.html",
        DAY,
    ),
    (
        "s3: error of a failed condition",
        fact("Code", "Condition")(lambda aws: stored(aws).get_object(**ONE, IfMatch='"x"')),
        "PreconditionFailed If-Match",
        "PreconditionFailed If-Match",
        API + "GetObject.html",
        DAY,
    ),
    (
        "s3: copy with REPLACE",
        copied(MetadataDirective="REPLACE"),
        "({'b': '2'}, None)",
        "({'b': '2'}, None)",
        API + "CopyObject.html",
        DAY,
    ),
    (
        "s3: copy with COPY",
        copied(MetadataDirective="COPY"),
        "({'a': '1'}, 'en')",
        "({'a': '1'}, 'en')",
        API + "CopyObject.html",
        DAY,
    ),
    (
        "s3: copy a delete marker",
        copy_of_marker,
        "InvalidRequest 400",
        "NoSuchVersion 404",
        API + "CopyObject.html",
        "2023-10-26",
    ),
    (
        "s3: send a part of an upload that is not there",
        no_upload("upload_part", PartNumber=1, Body=b"a"),
        "NoSuchUpload 404",
        "KeyError",
        API + "UploadPart.html",
        DAY,
    ),
    (
        "s3: abort an upload that is not there",
        no_upload("abort_multipart_upload"),
        "NoSuchUpload 404",
        "NoSuchUpload 404",
        API + "AbortMultipartUpload.html",
        DAY,
    ),
    (
        "s3: parts out of order",
        part_order,
        "InvalidPartOrder 400",
        "InvalidPart 400",
        API + "CompleteMultipartUpload.html",
        DAY,
    ),
    (
        "s3: complete without any body",
        lambda aws: outcome((s3 := aws.bucket()).complete_multipart_upload, **{**upload(s3), "MultipartUpload": {}}),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "CompleteMultipartUpload.html",
        "",
    ),
    (
        "s3: kind of checksum of an upload, CRC32",
        fact("ChecksumType")(new_upload(ChecksumAlgorithm="CRC32")),
        "COMPOSITE",
        "None",
        API + "CreateMultipartUpload.html",
        DAY,
    ),
    (
        "s3: kind of checksum of an upload, CRC64NVME",
        fact("ChecksumType")(new_upload(ChecksumAlgorithm="CRC64NVME")),
        "FULL_OBJECT",
        "None",
        API + "CreateMultipartUpload.html",
        DAY,
    ),
    (
        "s3: a kind of checksum without a checksum",
        fact("Code")(new_upload(ChecksumType="COMPOSITE")),
        "InvalidRequest",
        "None",
        API + "CreateMultipartUpload.html",
        DAY,
    ),
    (
        "s3: a checksum that is not base64",
        lambda aws: outcome(aws.bucket().put_object, **ONE, Body=b"a", ChecksumSHA256="test"),
        "InvalidRequest 400",
        "OK",
        API + "PutObject.html",
        DAY,
    ),
    (
        "s3: the checksum of something else",
        lambda aws: outcome(aws.bucket().put_object, **ONE, Body=b"a", ChecksumCRC32="AAAAAA=="),
        "BadDigest 400",
        "OK",
        API + "PutObject.html",
        DAY,
    ),
    (
        "s3: two rules of ownership",
        setting(
            "put_bucket_ownership_controls", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}] * 2}
        ),
        "MalformedXML 400",
        "AttributeError",
        API + "PutBucketOwnershipControls.html",
        DAY,
    ),
    (
        "s3: a policy that is not there",
        setting("get_bucket_policy"),
        "NoSuchBucketPolicy 404",
        "NoSuchBucketPolicy 404",
        API + "GetBucketPolicy.html",
        DAY,
    ),
    (
        "s3: delete a policy that is not there",
        setting("delete_bucket_policy"),
        "OK",
        "OK",
        API + "DeleteBucketPolicy.html",
        DAY,
    ),
    (
        "s3: versioning in lower case",
        setting("put_bucket_versioning", VersioningConfiguration={"Status": "enabled"}),
        "MalformedXML 400",
        "OK",
        API + "PutBucketVersioning.html",
        DAY,
    ),
    (
        "s3: delete where versions are suspended",
        found(suspended),
        "(1, ['null'])",
        "KeyError",
        GUIDE + "DeletingObjectsfromVersioningSuspendedBuckets.html",
        DAY,
    ),
    (
        "s3: no default encryption",
        setting("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": []}),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "PutBucketEncryption.html",
        DAY,
    ),
    ("s3: tags deleted", found(deleted_tags), "([], None)", "([], None)", API + "DeleteObjectTagging.html", TAGS),
    (
        "s3: tags in a header without values",
        found(lambda aws: len(stored(aws, Tagging="a&&&b").get_object_tagging(**ONE)["TagSet"])),
        "2",
        "2",
        API + "PutObject.html",
        TAGS,
    ),
    (
        "s3: the lock of a plain bucket",
        setting("get_object_lock_configuration"),
        "ObjectLockConfigurationNotFoundError 404",
        "ObjectLockConfigurationNotFoundError 404",
        API + "GetObjectLockConfiguration.html",
        DAY,
    ),
    (
        "s3: delete what is held",
        hold("delete_object"),
        "AccessDenied 403",
        "AccessDenied 403",
        API + "DeleteObject.html",
        DAY,
    ),
    ("s3: a copy is not locked", found(copied_lock), "[]", "[]", GUIDE + "object-lock-managing.html", DAY),
    (
        "s3: folders by page",
        found(folders),
        "(['f/a/'], ['f/b'])",
        "(['f/a/'], ['f/b'])",
        API + "ListObjectsV2.html",
        DAY,
    ),
    (
        "s3: markers of version 1",
        found(markers),
        "['a', None]",
        "['0cc175b9c0f1b6a831c399e269772661', '0cc175b9c0f1b6a831c399e269772661']",
        API + "ListObjects.html",
        DAY,
    ),
    (
        "s3: routing rules, none in the list",
        setting("put_bucket_website", WebsiteConfiguration={"IndexDocument": {"Suffix": "i"}, "RoutingRules": []}),
        "MalformedXML 400",
        "OK",
        API + "PutBucketWebsite.html",
        DAY,
    ),
    (
        "s3: no CORS rules",
        setting("put_bucket_cors", CORSConfiguration={"CORSRules": []}),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "PutBucketCors.html",
        "2023-07-31",
    ),
    (
        "iam: tags of a role, made, shown, listed",
        found(role),
        "[True, True, False]",
        "[True, True, False]",
        IAM + "ListRoles.html",
        "2025-07-02",
    ),
    (
        "iam: a user who is not there",
        lambda aws: outcome(aws.client("iam").get_user, UserName="nobody"),
        "NoSuchEntity 404",
        "NoSuchEntity 404",
        IAM + "GetUser.html",
        "2025-03-06",
    ),
    (
        "sqs: a queue that is not there",
        lambda aws: outcome(aws.client("sqs").get_queue_url, QueueName="nothing"),
        "AWS.SimpleQueueService.NonExistentQueue 400",
        "AWS.SimpleQueueService.NonExistentQueue 400",
        DOCS + "AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html",
        "2024-04-30",
    ),
    (
        "sqs: a queue made again with other attributes",
        queue_again,
        "QueueAlreadyExists 400",
        "QueueAlreadyExists 400",
        DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        "2024-04-30",
    ),
    (
        "cloudwatch: values and counts of another length",
        many_counts,
        "InvalidParameterValue 400",
        "InvalidParameterValue 400",
        DOCS + "AmazonCloudWatch/latest/APIReference/API_PutMetricData.html",
        "2025-09-19",
    ),
    (
        "ec2: a volume without a size",
        lambda aws: outcome(aws.ec2.create_volume, AvailabilityZone="us-east-1a"),
        "MissingParameter 400",
        "MissingParameter 400",
        EC2 + "CreateVolume.html",
        "2025-02-04",
    ),
    (
        "ec2: a default version that is not there",
        template("modify_launch_template", DefaultVersion="2"),
        "InvalidLaunchTemplateId.VersionNotFound 400",
        "InvalidLaunchTemplateId.VersionNotFound 400",
        EC2 + "ModifyLaunchTemplate.html",
        "",
    ),
    (
        "ec2: a subnet for IPv6 only with a range of IPv4",
        native,
        "InvalidParameterCombination 400",
        "InvalidParameterCombination 400",
        EC2 + "CreateSubnet.html",
        "",
    ),
    ("s3: a lifecycle of 2,147,483,647 days", found(long_life), "None", "None", API + "LifecycleExpiration.html", ""),
)


ROWS = tuple(Row(*row) for row in PROBES)
