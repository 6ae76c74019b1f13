"""Write log lines to CloudWatch and find them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, NotFoundError, error_code

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

__all__ = ["LogEvent", "read_log_events", "write_log_events"]

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
EVENTS_PER_PUT = 10_000
PUT_BYTES_MAX = 1_048_576
EVENT_OVERHEAD_BYTES = 26
PUT_SPAN = timedelta(hours=24)


@dataclass(frozen=True)
class LogEvent:
    """One line of a log."""

    time: datetime
    message: str
    stream: str = ""


def write_log_events(
    logs: CloudWatchLogsClient, group: str, stream: str, events: Iterable[LogEvent | str], *, retention_days: int = 30
) -> int:
    """Write lines to a log stream, in the order of their times; group and stream are made where they are missing.

    Args:
        logs: CloudWatch Logs client.
        group: log group.
        stream: log stream in it.
        events: lines; a plain text is a line of now.
        retention_days: how long a group that is made here keeps its lines; without it, they bill for ever.

    Returns:
        How many lines were written.

    Raises:
        InvalidInputError: a line that is empty or longer than CloudWatch takes.

    See https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    """
    lines = [event if isinstance(event, LogEvent) else LogEvent(datetime.now(UTC), event) for event in events]
    for line in lines:
        if not 0 < _size(line) - EVENT_OVERHEAD_BYTES <= PUT_BYTES_MAX - EVENT_OVERHEAD_BYTES:
            raise InvalidInputError(
                f"a log line holds 1 to {PUT_BYTES_MAX - EVENT_OVERHEAD_BYTES} bytes: {line.message[:40]!r}"
            )
    if not lines:
        return 0
    if _made(logs.create_log_group, logGroupName=group):
        logs.put_retention_policy(logGroupName=group, retentionInDays=retention_days)
    _made(logs.create_log_stream, logGroupName=group, logStreamName=stream)
    for batch in _batches(sorted(lines, key=lambda line: line.time)):
        items: Any = [{"timestamp": _millis(line.time), "message": line.message} for line in batch]
        answer = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=items)
        if rejected := answer.get("rejectedLogEventsInfo"):
            raise InvalidInputError(f"{group} refused lines that are too old or too new: {rejected}")
    return len(lines)


def read_log_events(
    logs: CloudWatchLogsClient, group: str, *, pattern: str = "", start: datetime | None = None
) -> list[LogEvent]:
    """Return the lines of a log group, oldest first, over all pages and streams.

    Args:
        logs: CloudWatch Logs client.
        group: log group.
        pattern: filter pattern, such as ``"ERROR"``.
        start: only lines from then on.

    Raises:
        NotFoundError: no such group.

    See https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
    """
    arguments: Any = {"logGroupName": group} | ({"filterPattern": pattern} if pattern else {})
    if start is not None:
        arguments["startTime"] = _millis(start)
    try:
        found = [
            LogEvent(datetime.fromtimestamp(item["timestamp"] / 1000, UTC), item["message"], item["logStreamName"])
            for page in logs.get_paginator("filter_log_events").paginate(**arguments)
            for item in page["events"]
        ]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            raise NotFoundError(f"log group {group} does not exist") from error
        raise
    return sorted(found, key=lambda event: event.time)


def _made(create: Any, **arguments: Any) -> bool:
    try:
        create(**arguments)
    except ClientError as error:
        if error_code(error) != "ResourceAlreadyExistsException":
            raise
        return False
    return True


def _size(line: LogEvent) -> int:
    return len(line.message.encode()) + EVENT_OVERHEAD_BYTES


def _batches(lines: Sequence[LogEvent]) -> Iterator[list[LogEvent]]:
    batch: list[LogEvent] = []
    size = 0
    for line in lines:
        full = len(batch) == EVENTS_PER_PUT or size + _size(line) > PUT_BYTES_MAX
        if batch and (full or line.time - batch[0].time >= PUT_SPAN):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += _size(line)
    if batch:
        yield batch


def _millis(when: datetime) -> int:
    return int(when.timestamp() * 1000)
