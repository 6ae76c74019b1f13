"""The call log says what was asked, in order, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud import Cloud


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="some-bucket")
        yield cloud


@pytest.fixture
def s3(opened: Cloud) -> Any:
    return opened.client("s3")


def test_trace_reads_as_a_short_story(opened: Cloud, s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="input/a.csv", Body=b"x")
    with suppress(ClientError):
        s3.get_object(Bucket="some-bucket", Key="nope")
    assert opened.log.trace().splitlines() == [
        "1 CreateBucket some-bucket -> 200",
        "2 PutObject input/a.csv -> 200",
        "3 GetObject nope -> 404 NoSuchKey",
    ]


def test_call_holds_parameters_outcome_time_and_caller(opened: Cloud, s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=b"xyz", StorageClass="STANDARD_IA", Metadata={"a": "b"})
    call = opened.log[-1]
    assert (call.action, call.region, call.status, call.error_code) == ("s3.PutObject", "us-east-1", 200, None)
    assert call.params["StorageClass"] == "STANDARD_IA"
    assert call.params["Metadata"] == {"a": "b"}
    assert (call.request_bytes, call.principal) == (3, "arn:aws:iam::123456789012:root")
    assert call.seconds > 0


def test_long_body_is_counted_and_not_kept(opened: Cloud, s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=bytes(100_000))
    assert ("Body" in opened.log[-1].params, opened.log[-1].request_bytes) == (False, 100_000)


def test_tries_that_botocore_repeats_are_calls_of_their_own(opened: Cloud, s3: Any) -> None:
    opened.faults.add("s3.PutObject", code="SlowDown")
    s3.put_object(Bucket="some-bucket", Key="k")
    assert [(call.status, call.fault) for call in opened.log.of("s3.PutObject")] == [(503, True), (200, False)]


def test_calls_are_found_by_operation_by_service_and_by_time(opened: Cloud, s3: Any) -> None:
    before = len(opened.log)
    opened.client("ec2").describe_vpcs()
    s3.list_buckets()
    assert (opened.log.count("ec2"), opened.log.count("s3.ListBuckets", "ec2.DescribeVpcs")) == (1, 2)
    assert [call.operation for call in opened.log.after(before)] == ["DescribeVpcs", "ListBuckets"]


def test_prices_add_up(opened: Cloud, s3: Any) -> None:
    s3.list_buckets()
    assert opened.log.price(lambda call: 0.25) == 0.5


def test_policy_allows_what_succeeded_and_no_more(opened: Cloud, s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="out/k", Body=b"x")
    with suppress(ClientError):
        s3.get_object(Bucket="some-bucket", Key="nope")
    granted = opened.log.after(1).policy()["Statement"]
    assert granted == [{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::some-bucket/out/k"]}]


def test_calls_over_http_are_in_the_same_log(opened: Cloud) -> None:
    with opened.serve() as server:
        opened.client("s3", endpoint_url=server.endpoint).list_buckets()
    assert str(opened.log[-1]) == "2 ListBuckets -> 200"
