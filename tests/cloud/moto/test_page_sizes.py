"""Pages can be made small, and then every list comes in pages whatever the program asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

import day89.cloud
from day89.cloud import Cloud

PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
KEYS = [f"k{number}" for number in range(7)]


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local(page_size=3) as cloud:
        yield cloud


@pytest.fixture
def s3(opened: Cloud) -> Any:
    client = opened.client("s3")
    client.create_bucket(Bucket="some-bucket")
    client.put_bucket_versioning(Bucket="some-bucket", VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        client.put_object(Bucket="some-bucket", Key=key)
    return client


@pytest.mark.parametrize(("asked", "found"), [({}, 3), ({"MaxKeys": 5000}, 3), ({"MaxKeys": 2}, 2)], ids=str)
def test_one_call_finds_one_page(s3: Any, asked: dict[str, int], found: int) -> None:
    answer = s3.list_objects_v2(Bucket="some-bucket", **asked)
    assert (len(answer["Contents"]), answer["IsTruncated"], answer["KeyCount"]) == (found, True, found)


def test_paginator_token_loop_and_resource_find_all(s3: Any) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="some-bucket")
    assert [one["Key"] for page in pages for one in page["Contents"]] == KEYS
    found, token = [], {}
    while token is not None:
        answer = s3.list_objects_v2(Bucket="some-bucket", **token)
        found += [one["Key"] for one in answer["Contents"]]
        token = {"ContinuationToken": answer["NextContinuationToken"]} if answer["IsTruncated"] else None
    assert found == KEYS
    assert [one.key for one in boto3.resource("s3").Bucket("some-bucket").objects.all()] == KEYS


@pytest.mark.parametrize(("operation", "member"), [("list_objects", "Contents"), ("list_object_versions", "Versions")])
def test_older_lists_come_in_pages_too(s3: Any, operation: str, member: str) -> None:
    pages = list(s3.get_paginator(operation).paginate(Bucket="some-bucket"))
    assert [len(page[member]) for page in pages] == [3, 3, 1]
    assert [one["Key"] for page in pages for one in page[member]] == KEYS


def test_next_marker_is_named_only_where_there_is_a_delimiter(s3: Any) -> None:
    answer = s3.list_objects(Bucket="some-bucket")
    assert (answer["IsTruncated"], "NextMarker" in answer) == (True, False)
    rest = s3.list_objects(Bucket="some-bucket", Marker=answer["Contents"][-1]["Key"])
    assert [one["Key"] for one in rest["Contents"]] == KEYS[3:6]
    assert "NextMarker" in s3.list_objects(Bucket="some-bucket", Delimiter="/")


def test_prefixes_count_as_keys(opened: Cloud, s3: Any) -> None:
    for number in range(4):
        s3.put_object(Bucket="some-bucket", Key=f"folder{number}/k")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="some-bucket", Delimiter="/"))
    assert sum(len(page.get("CommonPrefixes", [])) for page in pages) == 4
    assert max(page["KeyCount"] for page in pages) == 3


def test_unfinished_uploads_come_in_pages(s3: Any) -> None:
    for key in KEYS:
        s3.create_multipart_upload(Bucket="some-bucket", Key=key)
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket="some-bucket")
    assert [one["Key"] for page in pages for one in page["Uploads"]] == KEYS


def test_instances_come_in_pages_of_reservations(opened: Cloud) -> None:
    ec2 = opened.client("ec2")
    image = opened.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    for _ in range(4):
        ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2, InstanceType="t3.micro")
    first = ec2.describe_instances()
    pages = ec2.get_paginator("describe_instances").paginate()
    assert (len(first["Reservations"]), bool(first["NextToken"])) == (3, True)
    assert sum(len(one["Instances"]) for page in pages for one in page["Reservations"]) == 8
    assert len(list(boto3.resource("ec2").instances.all())) == 8


def test_last_full_page_is_the_last() -> None:
    with day89.cloud.local(page_size=7) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="some-bucket")
        for key in KEYS:
            s3.put_object(Bucket="some-bucket", Key=key)
        answer = s3.list_objects_v2(Bucket="some-bucket")
    assert (answer["KeyCount"], answer["IsTruncated"]) == (7, False)
