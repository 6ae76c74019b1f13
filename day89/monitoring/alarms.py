"""Be told when a number is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from day89.errors import InvalidInputError
from day89.monitoring.metrics import as_dimensions, check_metric

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

__all__ = ["Alarm", "create_alarm", "delete_alarms", "list_alarms"]

ALARMS_PER_DELETE = 100  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html


@dataclass(frozen=True)
class Alarm:
    """An alarm; its state is ``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``."""

    name: str
    state: str
    metric: str
    threshold: float
    reason: str


def create_alarm(
    cloudwatch: CloudWatchClient,
    name: str,
    *,
    namespace: str,
    metric: str,
    threshold: float,
    comparison: str = ">",
    statistic: str = "Average",
    period_seconds: int = 300,
    periods: int = 1,
    dimensions: Mapping[str, str] | None = None,
    topic_arn: str | None = None,
    missing_data: str = "missing",
) -> None:
    """Make an alarm, or change the one with this name.

    Args:
        cloudwatch: CloudWatch client.
        name: name of the alarm.
        namespace: such as ``"AWS/EC2"``.
        metric: name of the metric.
        threshold: value that must not be crossed.
        comparison: ``">"``, ``">="``, ``"<"`` or ``"<="``.
        statistic: such as ``"Average"``, ``"Sum"``, ``"Maximum"``.
        period_seconds: seconds that each value sums up; a metric that is measured less often gives no data.
        periods: how many values one after the other must cross it.
        dimensions: exactly those of the metric.
        topic_arn: SNS topic to tell; None tells nobody.
        missing_data: ``"missing"``, ``"breaching"`` (silence is bad), ``"notBreaching"``, ``"ignore"``.

    Raises:
        InvalidInputError: another comparison, or a metric that EC2 does not have and that would never raise the alarm.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """
    operators: dict[str, Any] = {
        ">": "GreaterThanThreshold",
        ">=": "GreaterThanOrEqualToThreshold",
        "<": "LessThanThreshold",
        "<=": "LessThanOrEqualToThreshold",
    }
    if comparison not in operators:
        raise InvalidInputError(f"comparison {comparison!r} is not one of {', '.join(operators)}")
    check_metric(namespace, metric)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=as_dimensions(dimensions),
        Statistic=statistic,  # type: ignore[arg-type]
        Period=period_seconds,
        EvaluationPeriods=periods,
        Threshold=threshold,
        ComparisonOperator=operators[comparison],
        TreatMissingData=missing_data,
        AlarmActions=[topic_arn] if topic_arn else [],
    )


def list_alarms(cloudwatch: CloudWatchClient, *, prefix: str = "", state: str | None = None) -> list[Alarm]:
    """Return the metric alarms whose name begins so, over all pages; only those in a state where it is given."""
    arguments: Any = ({"AlarmNamePrefix": prefix} if prefix else {}) | ({"StateValue": state} if state else {})
    return [
        Alarm(
            name=item["AlarmName"],
            state=item["StateValue"],
            metric=f"{item.get('Namespace', '')} {item.get('MetricName', '')}".strip(),
            threshold=item.get("Threshold", 0.0),
            reason=item.get("StateReason", ""),
        )
        for page in cloudwatch.get_paginator("describe_alarms").paginate(**arguments)
        for item in page["MetricAlarms"]
    ]


def delete_alarms(cloudwatch: CloudWatchClient, names: Sequence[str]) -> None:
    """Delete alarms, 100 a request; names that there are not are fine."""
    there = {alarm.name for alarm in list_alarms(cloudwatch)}
    wanted = [name for name in names if name in there]  # one unknown name would fail the whole request
    for start in range(0, len(wanted), ALARMS_PER_DELETE):
        cloudwatch.delete_alarms(AlarmNames=wanted[start : start + ALARMS_PER_DELETE])
