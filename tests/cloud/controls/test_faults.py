"""Faults happen when they are ordered, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, IncompleteReadError, ResponseStreamingError

import day89.cloud
from day89.cloud import Cloud, Fault
from day89.cloud.controls.faults import parse_fault

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="some-bucket")
        yield cloud


@pytest.fixture
def s3(opened: Cloud) -> Any:
    """Make a client that does not try again."""
    return opened.client("s3", config=ONCE)


def outcomes(s3: Any, count: int) -> list[str]:
    def one() -> str:
        try:
            s3.put_object(Bucket="some-bucket", Key="k", Body=b"x")
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "OK"

    return [one() for _ in range(count)]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, ["SlowDown", "OK", "OK", "OK"]),
        ({"nth": 2}, ["OK", "SlowDown", "OK", "OK"]),
        ({"nth": 2, "times": 2}, ["OK", "SlowDown", "SlowDown", "OK"]),
        ({"nth": 3, "times": None}, ["OK", "OK", "SlowDown", "SlowDown"]),
        ({"where": {"Key": "other"}}, ["OK", "OK", "OK", "OK"]),
        ({"where": {"Key": "k*"}}, ["SlowDown", "OK", "OK", "OK"]),
    ],
    ids=str,
)
def test_fault_meets_the_calls_it_names(opened: Cloud, s3: Any, options: Any, wanted: list[str]) -> None:
    opened.faults.add("s3.PutObject", code="SlowDown", **options)
    assert outcomes(s3, 4) == wanted


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("AccessDenied", 403), ("NoSuchKey", 404)]
)
def test_fault_has_the_status_that_aws_gives_the_code(opened: Cloud, s3: Any, code: str, status: int) -> None:
    opened.faults.add("s3.PutObject", code=code)
    with pytest.raises(ClientError) as failed:
        s3.put_object(Bucket="some-bucket", Key="k")
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_throttled_call_is_tried_again_by_botocore_itself(opened: Cloud) -> None:
    opened.faults.add("s3.PutObject", code="SlowDown", times=2)
    answer = opened.client("s3").put_object(Bucket="some-bucket", Key="k")
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


def test_failed_call_changes_nothing(opened: Cloud, s3: Any) -> None:
    opened.faults.add("s3.PutObject", code="InternalError")
    outcomes(s3, 1)
    assert "Contents" not in s3.list_objects_v2(Bucket="some-bucket")


@pytest.mark.parametrize("way", ["in process", "over HTTP"])
def test_body_breaks_off_where_it_was_told_to(opened: Cloud, s3: Any, way: str) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=bytes(1000))
    opened.faults.add("s3.GetObject", cut_after=300)
    with opened.serve() as server:
        endpoint = {"in process": None, "over HTTP": server.endpoint}[way]
        body = opened.client("s3", endpoint_url=endpoint).get_object(Bucket="some-bucket", Key="k")["Body"]
        with pytest.raises((IncompleteReadError, ResponseStreamingError)):
            body.read()


@pytest.mark.parametrize(("keys", "gone"), [(["a b"], ["c"]), (1, ["c"]), (2, []), (["nope"], ["a b", "c"])], ids=str)
def test_part_of_a_deletion_fails(opened: Cloud, s3: Any, keys: Any, gone: list[str]) -> None:
    for key in ("a b", "c"):
        s3.put_object(Bucket="some-bucket", Key=key)
    opened.faults.add("s3.DeleteObjects", keys=keys, code="InternalError")
    answer = s3.delete_objects(Bucket="some-bucket", Delete={"Objects": [{"Key": "a b"}, {"Key": "c"}]})
    left = [one["Key"] for one in s3.list_objects_v2(Bucket="some-bucket").get("Contents", [])]
    assert [one["Key"] for one in answer.get("Deleted", [])] == gone
    assert [one["Key"] for one in answer.get("Errors", [])] == left
    assert {one["Code"] for one in answer.get("Errors", [])} <= {"InternalError"}


def test_key_appears_between_a_check_and_a_write(opened: Cloud, s3: Any) -> None:
    other = opened.client("s3")
    opened.faults.add(
        "s3.PutObject",
        before=lambda call: other.put_object(Bucket="some-bucket", Key="k", Body=b"theirs"),
    )
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="some-bucket", Key="k", Body=b"mine", IfNoneMatch="*")
    assert s3.get_object(Bucket="some-bucket", Key="k")["Body"].read() == b"theirs"


def test_no_capacity_is_said_as_ec2_says_it(opened: Cloud) -> None:
    opened.faults.add("ec2.RunInstances", code="InsufficientInstanceCapacity", times=None)
    with pytest.raises(ClientError) as failed:
        opened.client("ec2", config=ONCE).run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)
    assert failed.value.response["Error"]["Code"] == "InsufficientInstanceCapacity"
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500


def test_cleared_faults_do_not_happen(opened: Cloud, s3: Any) -> None:
    opened.faults.add("s3.PutObject", code="SlowDown", times=None)
    opened.faults.clear()
    assert outcomes(s3, 2) == ["OK", "OK"]


def test_fault_knows_how_often_it_has_met_a_call(opened: Cloud, s3: Any) -> None:
    fault = opened.faults.add("s3.PutObject", code="SlowDown", times=2)
    outcomes(s3, 4)
    assert fault.met == 2


def test_fault_may_be_given_as_text() -> None:
    with day89.cloud.local(faults=["s3.CreateBucket:SlowDown:2"]) as cloud:
        s3 = cloud.client("s3", config=ONCE)
        s3.create_bucket(Bucket="first-one")
        with pytest.raises(ClientError, match="SlowDown"):
            s3.create_bucket(Bucket="second-one")


@pytest.mark.parametrize("text", ["", "s3.PutObject", "PutObject:SlowDown", "s3.PutObject:x:y", "a.b:c:1:2", "a.b:"])
def test_text_that_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_fault(text)


def test_text_of_a_fault_reads_back() -> None:
    assert parse_fault("ec2.RunInstances:InsufficientInstanceCapacity") == Fault(
        "ec2.RunInstances", code="InsufficientInstanceCapacity"
    )
