"""Let S3 tell a queue of new objects, and read what it tells: how the next step of a pipeline is triggered.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from day89.errors import not_found
from day89.iam.policies import merge_statement

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

__all__ = ["Event", "notify_queue", "read_events"]

LOG = logging.getLogger(__name__)
LONG_POLL_SECONDS = 20


@dataclass(frozen=True)
class Event:
    """The notification of one new object."""

    bucket: str
    key: str
    etag: str
    size: int
    name: str


def notify_queue(
    s3: S3Client, sqs: SQSClient, bucket: str, queue_name: str, *, prefix: str = "", suffix: str = ""
) -> str:
    """Make a queue and have S3 tell it of every new object; what the bucket tells others stays as it is.

    One queue may serve several buckets. Within a bucket it has one rule: called again with another prefix or suffix,
    that takes the place of the earlier one.

    Args:
        s3: S3 client.
        sqs: SQS client in the bucket's region.
        bucket: bucket.
        queue_name: name of the queue; one that exists is used.
        prefix: only keys that begin so.
        suffix: only keys that end so.

    Returns:
        The queue's URL.

    Raises:
        NotFoundError: no such bucket.
    """
    with not_found(f"bucket {bucket}"):
        known: Any = s3.get_bucket_notification_configuration(Bucket=bucket)
    url = sqs.create_queue(QueueName=queue_name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])["Attributes"]
    arn, policy = attributes["QueueArn"], json.loads(attributes.get("Policy") or "{}")
    allowed = merge_statement(policy, _allow_bucket(arn, bucket))
    if allowed != policy:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
    # The call replaces the whole configuration, so what is there goes in again.
    known.pop("ResponseMetadata", None)
    filters = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    rule: dict[str, Any] = {"Id": f"day89-{queue_name}", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    if filters:
        rule["Filter"] = {"Key": {"FilterRules": filters}}
    others: list[Any] = [one for one in known.get("QueueConfigurations", []) if one["Id"] != rule["Id"]]
    known["QueueConfigurations"] = [*others, rule]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=known)
    return url


def read_events(sqs: SQSClient, url: str, *, timeout: float = 60.0) -> Iterator[Event]:
    """Yield events until none came for so long; each is taken off the queue when the caller asks for the next one.

    So an event whose handling fails comes again. SQS may also tell of one object twice: what is done on an event must
    bear being done again, as ``run_pipeline`` does. A message that is no event of S3 is logged and left to the queue,
    whose redrive policy moves it aside.

    Args:
        sqs: SQS client.
        url: the queue's URL.
        timeout: seconds without any event after which to stop.
    """
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        wait = min(LONG_POLL_SECONDS, max(0, int(left)))
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait).get(
            "Messages", []
        ):
            try:
                events = _events(message["Body"])
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                LOG.warning("a message of %s is no event of S3 and stays there: %r", url, error)
                continue
            for event in events:
                yield event
                end = time.monotonic() + timeout
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _events(body: str) -> list[Event]:
    content = json.loads(body)
    if content.get("Event") == "s3:TestEvent":  # the first message of all has no records
        return []
    return [_event(record) for record in content["Records"]]


def _event(record: Any) -> Event:
    thing = record["s3"]["object"]
    # Keys come as in a form: "+" is a space. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    key = unquote_plus(thing["key"])
    return Event(record["s3"]["bucket"]["name"], key, thing.get("eTag", ""), thing.get("size", 0), record["eventName"])


def _allow_bucket(queue_arn: str, bucket: str) -> dict[str, Any]:
    partition, account = queue_arn.split(":")[1], queue_arn.split(":")[4]
    return {
        "Sid": "Day89Notifications",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:{partition}:s3:::{bucket}"},
            # Bucket names can pass to someone else: only ours may send.
            "StringEquals": {"aws:SourceAccount": account},
        },
    }
