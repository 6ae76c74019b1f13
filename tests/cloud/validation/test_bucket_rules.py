"""What a bucket keeps of itself: unfinished uploads, request metrics, encryption, notifications, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud import Cloud

B = "some-bucket"
UPLOADS = ["a/1", "a/2", "b", "c d+é", "c d+é"]


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local() as cloud:
        yield cloud


@pytest.fixture
def s3(opened: Cloud) -> Any:
    client = opened.client("s3")
    client.create_bucket(Bucket=B)
    return client


@pytest.fixture
def uploads(s3: Any) -> list[str]:
    """Begin uploads, some of one key, in an order that is not theirs; return their ids in the order of the list."""
    made = [s3.create_multipart_upload(Bucket=B, Key=key)["UploadId"] for key in reversed(UPLOADS[:3])]
    return [*reversed(made), *(s3.create_multipart_upload(Bucket=B, Key=key)["UploadId"] for key in UPLOADS[3:])]


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_unfinished_uploads_come_in_pages_in_order(s3: Any, uploads: list[str], size: int) -> None:
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=B, PaginationConfig={"PageSize": size})
    found = [one for page in pages for one in page["Uploads"]]
    assert [(one["Key"], one["UploadId"]) for one in found] == list(zip(UPLOADS, uploads, strict=True))


def test_unfinished_uploads_of_a_prefix_only(s3: Any, uploads: list[str]) -> None:
    found = s3.list_multipart_uploads(Bucket=B, Prefix="a/")
    assert ([one["Key"] for one in found["Uploads"]], found["IsTruncated"]) == (["a/1", "a/2"], False)


def test_unfinished_uploads_by_folder(s3: Any, uploads: list[str]) -> None:
    found = s3.list_multipart_uploads(Bucket=B, Delimiter="/", MaxUploads=1)
    assert (found["CommonPrefixes"], "Uploads" in found, found["NextKeyMarker"]) == ([{"Prefix": "a/"}], False, "a/")
    rest = s3.list_multipart_uploads(Bucket=B, Delimiter="/", KeyMarker=found["NextKeyMarker"])
    assert ([one["Key"] for one in rest["Uploads"]], "CommonPrefixes" in rest) == (UPLOADS[2:], False)


def test_unfinished_upload_names_its_class_and_its_start(s3: Any) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    s3.create_multipart_upload(Bucket=B, Key="k", StorageClass="STANDARD_IA")
    found = s3.list_multipart_uploads(Bucket=B)["Uploads"][0]
    assert found["StorageClass"] == "STANDARD_IA"
    assert before <= found["Initiated"] <= datetime.now(UTC)


def test_request_metrics_are_kept_shown_and_forgotten(s3: Any) -> None:
    settings = {"Id": "in", "Filter": {"Prefix": "in/"}}
    s3.put_bucket_metrics_configuration(Bucket=B, Id="in", MetricsConfiguration=settings)
    assert s3.get_bucket_metrics_configuration(Bucket=B, Id="in")["MetricsConfiguration"] == settings
    assert s3.list_bucket_metrics_configurations(Bucket=B)["MetricsConfigurationList"] == [settings]
    s3.delete_bucket_metrics_configuration(Bucket=B, Id="in")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=B, Id="in")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.delete_bucket_metrics_configuration(Bucket=B, Id="in")


def test_request_metrics_under_another_id_are_refused(s3: Any) -> None:
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.put_bucket_metrics_configuration(Bucket=B, Id="one", MetricsConfiguration={"Id": "other"})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("put_bucket_metrics_configuration", {"Id": "a", "MetricsConfiguration": {"Id": "a"}}),
        ("get_bucket_metrics_configuration", {"Id": "a"}),
        ("list_multipart_uploads", {}),
        ("get_bucket_versioning", {}),
        ("put_object", {"Key": "k"}),
        ("delete_bucket", {}),
    ],
)
def test_bucket_that_is_not_there_is_said_to_be_so_and_not_made(s3: Any, name: str, options: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket") as error:
        getattr(s3, name)(Bucket="not-there", **options)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [B]


@pytest.mark.parametrize(
    "chosen",
    [
        {"ObjectSizeGreaterThan": 500},
        {"And": {"Prefix": "x/", "ObjectSizeGreaterThan": 500, "ObjectSizeLessThan": 9000}},
        {"Prefix": "x/"},
    ],
    ids=str,
)
def test_lifecycle_rule_keeps_its_sizes(s3: Any, chosen: dict[str, Any]) -> None:
    plain = {"Status": "Enabled", "Expiration": {"Days": 3}}
    rules = [{"ID": "a", "Filter": {"Prefix": ""}, **plain}, {"ID": "b", "Filter": chosen, **plain}]
    s3.put_bucket_lifecycle_configuration(Bucket=B, LifecycleConfiguration={"Rules": rules})
    found = s3.get_bucket_lifecycle_configuration(Bucket=B)["Rules"]
    assert [rule["Filter"] for rule in found] == [{"Prefix": ""}, chosen]


def test_settings_of_two_kinds_may_have_the_same_id(s3: Any) -> None:
    tiering = {"Id": "a", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
    s3.put_bucket_intelligent_tiering_configuration(Bucket=B, Id="a", IntelligentTieringConfiguration=tiering)
    s3.put_bucket_metrics_configuration(Bucket=B, Id="a", MetricsConfiguration={"Id": "a"})
    shown = s3.list_bucket_intelligent_tiering_configurations(Bucket=B)["IntelligentTieringConfigurationList"]
    assert shown == [tiering]


def test_what_the_cloud_does_not_have_is_said_to_be_missing(s3: Any) -> None:
    s3.put_object(Bucket=B, Key="old", Body=b"x")
    with pytest.raises(ClientError, match="MethodNotAllowed"):
        s3.rename_object(Bucket=B, Key="new", RenameSource=f"{B}/old")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=B)["Contents"]] == ["old"]


@pytest.mark.parametrize("call", ["put_object", "create_multipart_upload", "copy_object"])
def test_keys_of_the_customer_are_refused_until_the_bucket_allows_them(s3: Any, call: str) -> None:
    more = {"copy_object": {"CopySource": {"Bucket": B, "Key": "k"}}}.get(call, {})
    options = {"Bucket": B, "Key": "k", "SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32, **more}
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(s3, call)(**options)
    rule = {"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}
    s3.put_bucket_encryption(Bucket=B, ServerSideEncryptionConfiguration={"Rules": [rule]})
    with pytest.raises(ClientError, match="NotImplemented"):
        getattr(s3, call)(**options)


def test_bucket_that_blocks_nothing_still_encrypts(s3: Any) -> None:
    rule = {"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}
    s3.put_bucket_encryption(Bucket=B, ServerSideEncryptionConfiguration={"Rules": [rule]})
    kept = s3.get_bucket_encryption(Bucket=B)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert kept["BlockedEncryptionTypes"] == {"EncryptionType": ["NONE"]}
    assert kept["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.put_object(Bucket=B, Key="k")["ServerSideEncryption"] == "AES256"


def _queue(opened: Cloud, **condition: Any) -> tuple[Any, dict[str, Any]]:
    """Make a queue that lets S3 send to it, under a condition; return its client, its URL and what a bucket is told."""
    sqs = opened.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    document = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn, **condition}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(document)})
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    return (sqs, url), {"QueueConfigurations": [{"QueueArn": arn, "Events": events}]}


@pytest.mark.parametrize("source", [f"arn:aws:s3:::{B}", "arn:aws:s3:::*"])
def test_queue_may_let_a_bucket_send(opened: Cloud, s3: Any, source: str) -> None:
    _, settings = _queue(opened, Condition={"ArnLike": {"aws:SourceArn": source}})
    s3.put_bucket_notification_configuration(Bucket=B, NotificationConfiguration=settings)
    assert s3.get_bucket_notification_configuration(Bucket=B)["QueueConfigurations"]


@pytest.mark.parametrize(
    "limit",
    [
        {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other-bucket"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {"Principal": {"Service": "ec2.amazonaws.com"}},
        {"Effect": "Deny"},
    ],
)
def test_queue_that_lets_others_send_is_refused(opened: Cloud, s3: Any, limit: dict[str, Any]) -> None:
    _, settings = _queue(opened, **limit)
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.put_bucket_notification_configuration(Bucket=B, NotificationConfiguration=settings)


def test_old_versions_outlive_a_suspension_and_come_back(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=B, Key="k", Body=b"old")["VersionId"]
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket=B, Key="k", Body=b"new")
    s3.put_object(Bucket=B, Key="k", Body=b"newer")
    assert s3.get_object(Bucket=B, Key="k")["Body"].read() == b"newer"
    assert s3.delete_object(Bucket=B, Key="k")["VersionId"] == "null"
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=B, Key="k")
    s3.delete_object(Bucket=B, Key="k", VersionId="null")
    assert s3.get_object(Bucket=B, Key="k")["Body"].read() == b"old"
    assert s3.head_object(Bucket=B, Key="k")["VersionId"] == old


def test_object_from_before_versioning_is_the_version_null(s3: Any) -> None:
    s3.put_object(Bucket=B, Key="k", Body=b"first")
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    marker = s3.delete_object(Bucket=B, Key="k")["VersionId"]
    s3.delete_object(Bucket=B, Key="k", VersionId=marker)
    assert s3.get_object(Bucket=B, Key="k", VersionId="null")["Body"].read() == b"first"


def test_deletes_of_many_say_which_markers_they_made(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket=B, VersioningConfiguration={"Status": "Enabled"})
    told = s3.delete_objects(Bucket=B, Delete={"Objects": [{"Key": "never"}]})["Deleted"][0]
    marker = s3.list_object_versions(Bucket=B)["DeleteMarkers"][0]
    assert (told["DeleteMarker"], told["DeleteMarkerVersionId"]) == (True, marker["VersionId"])


def test_event_of_a_delete_has_no_size(opened: Cloud, s3: Any) -> None:
    (sqs, url), settings = _queue(opened)
    s3.put_bucket_notification_configuration(Bucket=B, NotificationConfiguration=settings)
    s3.put_object(Bucket=B, Key="k", Body=b"x")
    s3.delete_object(Bucket=B, Key="k")
    bodies = [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    told = {record["eventName"]: record["s3"]["object"] for body in bodies for record in body.get("Records", [])}
    assert told["ObjectRemoved:Delete"].keys() == {"key", "sequencer"}
    assert told["ObjectRemoved:Delete"]["key"] == "k"
    assert told["ObjectCreated:Put"]["size"] == 1
