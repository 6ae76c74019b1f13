"""Find instances that do nothing, and stop them on request."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from day89.costs import instance_hour_usd
from day89.costs.prices import HOURS_PER_MONTH
from day89.ec2.instances import Instance, describe_instances, set_instance_state
from day89.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client

__all__ = ["Idle", "idle_instances", "stop_idle_instances"]

PERIOD_SECONDS = 300  # EC2 reports every five minutes without detailed monitoring
SCALING_TAG = "aws:autoscaling:groupName"


@dataclass(frozen=True)
class Idle:
    """An instance that does nothing, and what it costs a month (None: its type has no price in the table)."""

    instance: Instance
    highest_cpu_percent: float
    month_usd: float | None


def idle_instances(
    ec2: EC2Client,
    cloudwatch: CloudWatchClient,
    *,
    hours: float = 24,
    below_percent: float = 5.0,
    now: datetime | None = None,
) -> list[Idle]:
    """Return running instances whose CPU never reached a limit for some hours, dearest first.

    An instance that CloudWatch knows nothing about, or that was launched later, is not called idle.

    Args:
        ec2: EC2 client.
        cloudwatch: CloudWatch client of the same region.
        hours: how far back to look.
        below_percent: CPUUtilization that counts as doing something.
        now: the time to count back from; None is the present.

    Raises:
        InvalidInputError: hours that are not positive.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
    """
    if not hours > 0:
        raise InvalidInputError(f"hours must be positive, not {hours}")
    end = now or datetime.now(UTC)
    start = end - timedelta(hours=hours)
    found = []
    for instance in describe_instances(ec2, state="running"):
        if instance.launched <= start:
            highest = max(_cpu(cloudwatch, instance.id, start, end), default=None)
            if highest is not None and highest < below_percent:
                found.append(Idle(instance, highest, _month(instance.type)))
    return sorted(found, key=lambda idle: (-(idle.month_usd or 0.0), idle.instance.id))


def stop_idle_instances(ec2: EC2Client, idle: Collection[Idle]) -> dict[str, str]:
    """Stop instances that `idle_instances` found, and wait until they are stopped.

    Members of an Auto Scaling group are left alone, since it would replace them: lower its desired number instead. So
    are one-time Spot instances, which cannot be stopped.

    Returns:
        Instance id to state, of those that were stopped.
    """
    ids = [one.instance.id for one in idle if not one.instance.spot and SCALING_TAG not in one.instance.tags]
    return set_instance_state(ec2, ids, "stopped")


def _cpu(cloudwatch: CloudWatchClient, instance_id: str, start: datetime, end: datetime) -> Iterator[float]:
    metric: Any = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
    }
    query: Any = {"Id": "cpu", "MetricStat": {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Maximum"}}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[query], StartTime=start, EndTime=end
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            yield from result["Values"]


def _month(instance_type: str) -> float | None:
    try:
        return instance_hour_usd(instance_type) * HOURS_PER_MONTH
    except NotFoundError:
        return None
