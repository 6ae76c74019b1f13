"""What monitoring promises: numbers and lines come back as they went, and no alarm watches what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from day89 import monitoring as rooms
from day89.cloud import local
from day89.errors import InvalidInputError, NotFoundError

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local() as running:
        yield running


@pytest.fixture
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


@pytest.fixture
def logs(cloud: Any) -> Any:
    return cloud.client("logs")


def test_a_metric_comes_back_by_time_and_dimension(cloudwatch: Any) -> None:
    early, late = NOW - timedelta(minutes=20), NOW - timedelta(minutes=10)
    for when, value in ((late, 2.0), (early, 1.0)):
        rooms.put_metrics(cloudwatch, "Day89", {"Loss": value}, dimensions={"Model": "a"}, at=when)
    rooms.put_metrics(cloudwatch, "Day89", {"Loss": 99.0}, dimensions={"Model": "b"}, at=late)
    got = rooms.metric_values(
        cloudwatch, "Day89", "Loss", start=NOW - timedelta(hours=1), period_seconds=60, dimensions={"Model": "a"}
    )
    assert [value for _, value in got] == [1.0, 2.0]


def test_a_metric_that_nobody_measured_is_empty(cloudwatch: Any) -> None:
    assert rooms.metric_values(cloudwatch, "Day89", "Loss", start=NOW - timedelta(hours=1)) == []
    assert rooms.bucket_size(cloudwatch, "no-bucket") is None
    assert rooms.instance_metric(cloudwatch, "i-0123456789abcdef0", "NetworkIn") == []


def test_many_metrics_go_in_requests_that_cloudwatch_takes(cloud: Any, cloudwatch: Any) -> None:
    rooms.put_metrics(cloudwatch, "Day89", {f"m{number}": 1.0 for number in range(1001)})
    assert cloud.log.count("cloudwatch.PutMetricData") == 2


def test_the_namespaces_of_aws_are_not_written_to(cloudwatch: Any) -> None:
    with pytest.raises(InvalidInputError, match="AWS/EC2"):
        rooms.put_metrics(cloudwatch, "AWS/EC2", {"CPUUtilization": 1.0})


@pytest.mark.parametrize("metric", ["MemoryUtilization", "DiskSpaceUtilization", "cpuutilization"])
def test_a_metric_that_ec2_does_not_have_is_neither_asked_for_nor_alarmed_on(cloudwatch: Any, metric: str) -> None:
    with pytest.raises(InvalidInputError, match="CloudWatch agent"):
        rooms.instance_metric(cloudwatch, "i-0123456789abcdef0", metric)
    with pytest.raises(InvalidInputError, match="CloudWatch agent"):
        rooms.create_alarm(cloudwatch, "a", namespace="AWS/EC2", metric=metric, threshold=1)
    assert rooms.list_alarms(cloudwatch) == []


def test_an_alarm_is_made_changed_and_deleted(cloudwatch: Any) -> None:
    cpu = {"namespace": "AWS/EC2", "metric": "CPUUtilization", "dimensions": {"InstanceId": "i-0123456789abcdef0"}}
    rooms.create_alarm(cloudwatch, "busy", threshold=80, **cpu)
    rooms.create_alarm(cloudwatch, "busy", threshold=90, comparison=">=", **cpu)
    (alarm,) = rooms.list_alarms(cloudwatch, prefix="bu")
    assert (alarm.name, alarm.threshold, alarm.metric) == ("busy", 90, "AWS/EC2 CPUUtilization")
    rooms.delete_alarms(cloudwatch, ["busy", "never-was"])
    assert rooms.list_alarms(cloudwatch) == []


def test_alarms_are_listed_by_state(cloudwatch: Any) -> None:
    for name in ("quiet", "loud"):
        rooms.create_alarm(cloudwatch, name, namespace="Day89", metric="Errors", threshold=1)
    cloudwatch.set_alarm_state(AlarmName="loud", StateValue="ALARM", StateReason="test")
    assert [alarm.name for alarm in rooms.list_alarms(cloudwatch, state="ALARM")] == ["loud"]


def test_another_comparison_is_refused(cloudwatch: Any) -> None:
    with pytest.raises(InvalidInputError, match="=="):
        rooms.create_alarm(cloudwatch, "a", namespace="Day89", metric="m", threshold=1, comparison="==")


def test_log_lines_come_back_in_the_order_of_their_times(logs: Any) -> None:
    lines = [rooms.LogEvent(NOW - timedelta(seconds=age), f"line {age}") for age in (1, 3, 2)]
    assert rooms.write_log_events(logs, "jobs", "one", lines) == 3
    rooms.write_log_events(logs, "jobs", "two", ["ERROR ü"])
    assert [event.message for event in rooms.read_log_events(logs, "jobs")] == ["line 3", "line 2", "line 1", "ERROR ü"]
    assert [event.stream for event in rooms.read_log_events(logs, "jobs", pattern="ERROR")] == ["two"]


def test_a_log_group_does_not_keep_its_lines_for_ever(logs: Any) -> None:
    rooms.write_log_events(logs, "jobs", "one", ["x"], retention_days=7)
    rooms.write_log_events(logs, "jobs", "one", ["y"], retention_days=90)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7


def test_lines_go_in_batches_that_cloudwatch_takes(cloud: Any, logs: Any) -> None:
    lines = [rooms.LogEvent(NOW, "x" * 1000) for _ in range(1100)]
    lines.append(rooms.LogEvent(NOW - timedelta(hours=30), "old"))
    assert rooms.write_log_events(logs, "jobs", "one", lines) == 1101
    sizes = [len(call.params.get("logEvents", [])) for call in cloud.log.of("logs.PutLogEvents")]
    assert len(sizes) == 3
    assert len(rooms.read_log_events(logs, "jobs")) == 1101


def test_no_lines_make_no_call_and_bad_lines_are_refused(cloud: Any, logs: Any) -> None:
    before = len(cloud.log.calls)
    assert rooms.write_log_events(logs, "jobs", "one", []) == 0
    for line in ("", "x" * 1_048_576):
        with pytest.raises(InvalidInputError, match="log line"):
            rooms.write_log_events(logs, "jobs", "one", [line])
    assert len(cloud.log.calls) == before


def test_a_missing_group_is_a_lookup_error(logs: Any) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        rooms.read_log_events(logs, "nobody")


def test_request_metrics_are_switched_on(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="watched-bucket")
    rooms.enable_request_metrics(s3, "watched-bucket", prefix="in/")
    asked = cloud.log.of("s3.PutBucketMetricsConfiguration")[-1]
    assert asked.params["MetricsConfiguration"]["Filter"] == {"Prefix": "in/"}
