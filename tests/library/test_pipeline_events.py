"""S3 tells a queue of a new output, and the next step reads its true key from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from day89.cloud import local
from day89.errors import NotFoundError
from day89.pipeline import notify_queue, read_events, run_pipeline

BUCKET = "pipeline-bucket"


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local() as running:
        running.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def s3(cloud: Any) -> Any:
    return cloud.client("s3")


@pytest.fixture
def sqs(cloud: Any) -> Any:
    return cloud.client("sqs")


def test_an_output_triggers_the_next_step_with_its_true_key(s3: Any, sqs: Any) -> None:
    url = notify_queue(s3, sqs, BUCKET, "next", prefix="output/", suffix=".csv")
    s3.put_object(Bucket=BUCKET, Key="input/x.csv", Body=b"id\n1\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/a b+ü'.csv")
    events = list(read_events(sqs, url, timeout=0.1))
    assert {(event.bucket, event.key) for event in events} == {(BUCKET, "output/a b+ü'.csv")}


def test_an_event_whose_handling_fails_comes_again(s3: Any, sqs: Any) -> None:
    url = notify_queue(s3, sqs, BUCKET, "next")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    s3.put_object(Bucket=BUCKET, Key="x", Body=b"1")
    first = next(read_events(sqs, url, timeout=1))
    assert [event.key for event in read_events(sqs, url, timeout=0.1)] == [first.key]
    assert list(read_events(sqs, url, timeout=0.1)) == []


def test_what_the_bucket_tells_others_stays(s3: Any, sqs: Any) -> None:
    notify_queue(s3, sqs, BUCKET, "one", prefix="a/")
    notify_queue(s3, sqs, BUCKET, "two", prefix="b/")
    notify_queue(s3, sqs, BUCKET, "two", prefix="c/")
    rules = s3.get_bucket_notification_configuration(Bucket=BUCKET)["QueueConfigurations"]
    assert [rule["Id"] for rule in rules] == ["day89-one", "day89-two"]
    assert rules[1]["Filter"]["Key"]["FilterRules"][0]["Value"] == "c/"


def test_only_this_bucket_of_this_account_may_send(s3: Any, sqs: Any) -> None:
    url = notify_queue(s3, sqs, BUCKET, "next")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy", "QueueArn"])["Attributes"]
    (statement,) = json.loads(attributes["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"},
        "StringEquals": {"aws:SourceAccount": attributes["QueueArn"].split(":")[4]},
    }


def test_a_missing_bucket_is_a_lookup_error_and_makes_no_queue(s3: Any, sqs: Any) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        notify_queue(s3, sqs, "nowhere", "next")
    assert "QueueUrls" not in sqs.list_queues()


def test_one_queue_may_serve_many_buckets_and_keeps_what_its_owner_allowed(s3: Any, sqs: Any) -> None:
    url = sqs.create_queue(QueueName="shared")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    own = {"Sid": "own", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": own})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    s3.create_bucket(Bucket="second-bucket")
    for bucket in (BUCKET, "second-bucket", BUCKET):
        notify_queue(s3, sqs, bucket, "shared")
    kept = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert kept["Statement"][0] == own
    allowed = [one["Condition"]["ArnEquals"]["aws:SourceArn"] for one in kept["Statement"][1:]]
    assert allowed == [f"arn:aws:s3:::{BUCKET}", "arn:aws:s3:::second-bucket"]
    assert len({one["Sid"] for one in kept["Statement"]}) == 3


@pytest.mark.parametrize(
    "poison", ["not json", "[]", "3", "null", "{}", '{"Records": 1}', '{"Records": [{"s3": {}}]}', '{"Event": "other"}']
)
def test_a_message_that_is_no_event_stops_nobody_and_is_left_to_the_queue(s3: Any, sqs: Any, poison: str) -> None:
    url = notify_queue(s3, sqs, BUCKET, "next")
    sqs.send_message(QueueUrl=url, MessageBody=poison)
    s3.put_object(Bucket=BUCKET, Key="x", Body=b"1")
    assert [event.key for event in read_events(sqs, url, timeout=0.1)] == ["x"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert sum(map(int, left.values())) == 1
