"""One small call takes neither the machine's time nor its memory: counts, periods, patterns, lifetimes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from ledger.row import IMAGE_PARAMETER, outcome

import day89.cloud
from day89.cloud import Cloud
from day89.cloud.auth.conditions import matches_pattern
from day89.cloud.overrides.s3_cors import _fits

MANY = 10**9
METRIC = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Stat": "Sum"}
SPAN = {"StartTime": datetime(1970, 1, 1, tzinfo=UTC), "EndTime": datetime(2100, 1, 1, tzinfo=UTC)}
GROUP = {
    "AutoScalingGroupName": "g",
    "LaunchTemplate": {"LaunchTemplateName": "probe"},
    "AvailabilityZones": ["us-east-1a"],
}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with day89.cloud.local() as opened:
        data = {"InstanceType": "t3.micro", "ImageId": image(opened)}
        opened.client("ec2").create_launch_template(LaunchTemplateName="probe", LaunchTemplateData=data)
        yield opened


def image(cloud: Cloud) -> str:
    return str(cloud.client("ssm").get_parameter(Name=IMAGE_PARAMETER)["Parameter"]["Value"])


def queries(period: int) -> dict[str, Any]:
    return {**SPAN, "MetricDataQueries": [{"Id": "a", "MetricStat": {**METRIC, "Period": period}}]}


@pytest.mark.parametrize(
    ("service", "operation", "options", "answer"),
    [
        ("ec2", "allocate_hosts", {"Quantity": MANY, "AvailabilityZone": "us-east-1a"}, "HostLimitExceeded 400"),
        ("ec2", "request_spot_instances", {"InstanceCount": MANY}, "MaxSpotInstanceCountExceeded 400"),
        ("autoscaling", "create_auto_scaling_group", {**GROUP, "MinSize": MANY, "MaxSize": MANY}, "LimitExceeded 400"),
        (
            "cloudwatch",
            "put_metric_data",
            {"Namespace": "n", "MetricData": [{"MetricName": "m", "Values": [1.0], "Counts": [1e12]}]},
            "InvalidParameterValue 400",
        ),
        ("cloudwatch", "get_metric_data", queries(1), "InvalidParameterValue 400"),
        ("cloudwatch", "get_metric_data", queries(86_400), "OK"),
    ],
)
def test_number_beyond_what_can_be_held_is_refused(
    cloud: Cloud, service: str, operation: str, options: dict[str, Any], answer: str
) -> None:
    assert outcome(getattr(cloud.client(service), operation), **options) == answer


def test_launch_makes_as_many_as_the_quota_lets() -> None:
    with day89.cloud.local() as cloud:
        given = {"ImageId": image(cloud), "InstanceType": "t3.2xlarge", "MinCount": 1, "MaxCount": MANY}
        made = len(cloud.client("ec2").run_instances(**given)["Instances"])
    assert made == 256 // 8


@pytest.mark.parametrize("matches", [matches_pattern, _fits])
def test_pattern_of_many_stars_costs_no_more_than_one(matches: Any) -> None:
    assert not matches("*a" * 40 + "b", "a" * 1000)  # takes for ever where each star is tried at each letter
    assert matches("*a" * 40, "a" * 1000)


def test_pattern_knows_only_stars_and_question_marks() -> None:
    assert matches_pattern("a[b]?*", "a[b]cd\n")
    assert not matches_pattern("[ab]", "a")
    assert _fits("https://*.example[1]", "https://a.example[1]")
    assert not _fits("a?", "ab")
