"""Rows of the ledger: S3, versions, unfinished uploads, and what a bucket tells of itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B = "probe-bucket"
KEY = {"Bucket": B, "Key": "k"}


def _versioned(aws: Aws, *status: str) -> Any:
    s3 = aws.bucket()
    for one in status:
        s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": one})
        s3.put_object(**KEY, Body=one.encode())
    return s3


def _versions(s3: Any) -> str:
    found = s3.list_object_versions(Bucket=B)
    kinds = {name: len(found.get(name, [])) for name in ("Versions", "DeleteMarkers")}
    return f"{kinds['Versions']} versions, {kinds['DeleteMarkers']} markers"


def delete_unknown(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(**KEY)
    return _versions(s3)


def put_suspended(aws: Aws) -> str:
    return _versions(_versioned(aws, "Enabled", "Enabled", "Suspended", "Suspended"))


def delete_suspended(aws: Aws) -> str:
    s3 = _versioned(aws, "Enabled", "Enabled", "Suspended")
    s3.delete_object(**KEY)
    return _versions(s3)


def delete_marker(aws: Aws) -> str:
    s3 = _versioned(aws, "Enabled")
    made = s3.delete_object(**KEY)
    return str(s3.delete_object(**KEY, VersionId=made["VersionId"]).get("DeleteMarker"))


def _upload(s3: Any, key: str = "k") -> str:
    return str(s3.create_multipart_upload(Bucket=B, Key=key)["UploadId"])


def upload_began(aws: Aws) -> str:
    s3 = aws.bucket()
    _upload(s3)
    began = s3.list_multipart_uploads(Bucket=B)["Uploads"][0]["Initiated"]
    return "just now" if datetime.now(UTC) - began < timedelta(hours=1) else str(began.year)


def upload_pages(aws: Aws) -> str:
    s3 = aws.bucket()
    for key in "cab":
        _upload(s3, key)
    found = s3.list_multipart_uploads(Bucket=B, MaxUploads=2)
    return f"{''.join(one['Key'] for one in found['Uploads'])} {found['IsTruncated']}"


def complete_unknown(aws: Aws) -> str:
    parts = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
    return outcome(aws.bucket().complete_multipart_upload, **KEY, UploadId="nope", MultipartUpload=parts)


def _queue(aws: Aws, *, open_to_s3: bool = True) -> tuple[Any, str, str]:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow}) if open_to_s3 else ""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return sqs, url, arn


def _notify(s3: Any, arn: str) -> str:
    queue = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    settings = {"QueueConfigurations": [queue]}
    return outcome(s3.put_bucket_notification_configuration, Bucket=B, NotificationConfiguration=settings)


def closed_queue(aws: Aws) -> str:
    return _notify(aws.bucket(), _queue(aws, open_to_s3=False)[2])


def events(*, versioned: bool = False) -> Any:
    def probe(aws: Aws) -> str:
        s3 = _versioned(aws, "Enabled") if versioned else aws.bucket()
        sqs, url, arn = _queue(aws)
        _notify(s3, arn)
        if versioned:
            s3.delete_object(**KEY)
        else:
            upload = {**KEY, "UploadId": _upload(s3)}
            part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        told = [record["eventName"] for one in found for record in json.loads(one["Body"]).get("Records", [])]
        return " ".join(told)

    return probe


def metrics(aws: Aws) -> str:
    s3 = aws.client("s3", "eu-west-1")
    s3.create_bucket(Bucket=B, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    given = {"Id": "all", "Filter": {"Prefix": "in/"}}
    return outcome(s3.put_bucket_metrics_configuration, Bucket=B, Id="all", MetricsConfiguration=given)


def metrics_missing(aws: Aws) -> str:
    given = {"Bucket": "not-there-at-all", "Id": "all", "MetricsConfiguration": {"Id": "all"}}
    return outcome(aws.s3.put_bucket_metrics_configuration, **given)


def bucket_size(aws: Aws) -> str:
    aws.bucket().put_object(**KEY, Body=bytes(1000))
    now, day = datetime.now(UTC), timedelta(days=1)
    names = {"BucketName": B, "StorageType": "StandardStorage"}
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/S3",
        MetricName="BucketSizeBytes",
        Dimensions=[{"Name": name, "Value": value} for name, value in names.items()],
        StartTime=now - 2 * day,
        EndTime=now + day,
        Period=86400,
        Statistics=["Average"],
    )
    return str(found["Datapoints"][0]["Average"])


def customer_key(aws: Aws) -> str:
    return outcome(aws.bucket().put_object, **KEY, Body=b"x", SSECustomerAlgorithm="AES256", SSECustomerKey=b"k" * 32)


def blocked(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_encryption(
        Bucket=B,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    rule = s3.get_bucket_encryption(Bucket=B)["ServerSideEncryptionConfiguration"]["Rules"][0]
    return str(rule.get("BlockedEncryptionTypes", {}).get("EncryptionType"))


ROWS = (
    Row(
        "s3: delete of a key that never was, versioned",
        delete_unknown,
        "0 versions, 1 markers",
        "0 versions, 0 markers",
        GUIDE + "DeleteMarker.html",
    ),
    Row(
        "s3: put where versioning is suspended",
        put_suspended,
        "3 versions, 0 markers",
        "1 versions, 0 markers",
        GUIDE + "AddingObjectstoVersionSuspendedBuckets.html",
    ),
    Row(
        "s3: delete where versioning is suspended",
        delete_suspended,
        "2 versions, 1 markers",
        "0 versions, 0 markers",
        GUIDE + "DeletingObjectsfromVersionSuspendedBuckets.html",
    ),
    Row("s3: delete of a delete marker says so", delete_marker, "True", "None", API + "API_DeleteObject.html"),
    Row("s3: start of an unfinished upload", upload_began, "just now", "2010", API + "API_MultipartUpload.html"),
    Row("s3: MaxUploads=2 of 3", upload_pages, "ab True", "cab False", API + "API_ListMultipartUploads.html"),
    Row(
        "s3: complete an upload that is not there",
        complete_unknown,
        "NoSuchUpload 404",
        "KeyError",
        API + "API_CompleteMultipartUpload.html",
    ),
    Row(
        "s3: notification to a queue that S3 may not send to",
        closed_queue,
        "InvalidArgument 400",
        "OK",
        GUIDE + "grant-destinations-permissions-to-s3.html",
    ),
    Row(
        "s3: events of an upload in parts",
        events(),
        "ObjectCreated:CompleteMultipartUpload",
        "ObjectCreated:Put ObjectCreated:CompleteMultipartUpload",
        GUIDE + "notification-how-to-event-types-and-destinations.html",
    ),
    Row(
        "s3: events of a delete, versioned",
        events(versioned=True),
        "ObjectRemoved:DeleteMarkerCreated",
        "",
        GUIDE + "notification-how-to-event-types-and-destinations.html",
    ),
    Row(
        "s3: request metrics, eu-west-1",
        metrics,
        "OK",
        "IllegalLocationConstraintException 400",
        API + "API_PutBucketMetricsConfiguration.html",
    ),
    Row(
        "s3: request metrics of a bucket that is not there",
        metrics_missing,
        "NoSuchBucket 404",
        "OK",
        API + "API_PutBucketMetricsConfiguration.html",
    ),
    Row("s3: BucketSizeBytes of 1,000 bytes", bucket_size, "1000.0", "64.0", GUIDE + "metrics-dimensions.html"),
    Row(
        "s3: put with a key of the customer's (SSE-C)",
        customer_key,
        "AccessDenied 403",
        "OK",
        GUIDE + "default-s3-c-encryption-setting-faq.html",
    ),
    Row(
        "s3: kinds of encryption that a new bucket blocks",
        blocked,
        "['SSE-C']",
        "None",
        API + "API_BlockedEncryptionTypes.html",
    ),
)
