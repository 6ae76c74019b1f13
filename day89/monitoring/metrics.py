"""Put numbers into CloudWatch and get them out: one's own, those of instances, those of buckets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from day89.errors import InvalidInputError, not_found

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client

__all__ = [
    "EC2_METRICS",
    "bucket_size",
    "enable_request_metrics",
    "instance_metric",
    "metric_values",
    "put_metrics",
]

# What the hypervisor sees. Memory and disk space are inside the guest: they need the CloudWatch agent (CWAgent).
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
EC2_METRICS = frozenset(
    [
        "CPUUtilization",
        "DiskReadOps",
        "DiskWriteOps",
        "DiskReadBytes",
        "DiskWriteBytes",
        "MetadataNoToken",
        "NetworkIn",
        "NetworkOut",
        "NetworkPacketsIn",
        "NetworkPacketsOut",
        "CPUCreditUsage",
        "CPUCreditBalance",
        "CPUSurplusCreditBalance",
        "CPUSurplusCreditsCharged",
        "StatusCheckFailed",
        "StatusCheckFailed_Instance",
        "StatusCheckFailed_System",
        "StatusCheckFailed_AttachedEBS",
        "EBSReadOps",
        "EBSWriteOps",
        "EBSReadBytes",
        "EBSWriteBytes",
        "EBSIOBalance%",
        "EBSByteBalance%",
    ]
)
METRICS_PER_PUT = 1000  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html


def put_metrics(
    cloudwatch: CloudWatchClient,
    namespace: str,
    values: Mapping[str, float],
    *,
    unit: str = "None",
    dimensions: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> None:
    """Put one value of each of some metrics.

    Args:
        cloudwatch: CloudWatch client.
        namespace: such as ``"Day89/Training"``; names that begin with ``AWS/`` belong to AWS.
        values: metric name to value.
        unit: such as ``"Seconds"``, ``"Count"``, ``"Percent"``.
        dimensions: what tells this series from others; each combination is a metric of its own on the bill.
        at: time of the values; None is now.

    Raises:
        InvalidInputError: a namespace of AWS's own.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
    """
    if namespace.startswith("AWS/"):
        raise InvalidInputError(f"namespace {namespace!r} is AWS's own: choose another first word")
    data: list[Any] = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": unit,
            "Timestamp": at or datetime.now(UTC),
            "Dimensions": as_dimensions(dimensions),
        }
        for name, value in values.items()
    ]
    for start in range(0, len(data), METRICS_PER_PUT):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + METRICS_PER_PUT])


def metric_values(
    cloudwatch: CloudWatchClient,
    namespace: str,
    name: str,
    *,
    start: datetime,
    end: datetime | None = None,
    statistic: str = "Average",
    period_seconds: int = 300,
    dimensions: Mapping[str, str] | None = None,
) -> list[tuple[datetime, float]]:
    """Return the values of one metric, oldest first, over all pages; ``[]`` where nothing was measured.

    Args:
        cloudwatch: CloudWatch client.
        namespace: such as ``"AWS/EC2"``.
        name: name of the metric.
        start: from when.
        end: until when; None is now.
        statistic: ``"Average"``, ``"Sum"``, ``"Minimum"``, ``"Maximum"``, ``"SampleCount"``, or such as ``"p99"``.
        period_seconds: seconds that each value sums up.
        dimensions: exactly those that the metric was put with.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": as_dimensions(dimensions)}
    stat = {"Metric": metric, "Period": period_seconds, "Stat": statistic}
    query: Any = [{"Id": "wanted", "MetricStat": stat}]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=query, StartTime=start, EndTime=end or datetime.now(UTC)
    )
    results = (result for page in pages for result in page["MetricDataResults"])
    return sorted(pair for result in results for pair in zip(result["Timestamps"], result["Values"], strict=True))


def instance_metric(
    cloudwatch: CloudWatchClient,
    instance_id: str,
    name: str = "CPUUtilization",
    *,
    hours: float = 1,
    statistic: str = "Average",
) -> list[tuple[datetime, float]]:
    """Return a metric of an instance over the last hours, oldest first: CPU, network, disk operations.

    Raises:
        InvalidInputError: EC2 has no such metric; memory and disk space need the CloudWatch agent.
    """
    check_metric("AWS/EC2", name)
    return metric_values(
        cloudwatch,
        "AWS/EC2",
        name,
        start=datetime.now(UTC) - timedelta(hours=hours),
        statistic=statistic,
        dimensions={"InstanceId": instance_id},
    )


def bucket_size(cloudwatch: CloudWatchClient, bucket: str, *, storage_type: str = "StandardStorage") -> float | None:
    """Return the bytes of a bucket as S3 last measured them (once a day), or None where it has not yet.

    Args:
        cloudwatch: CloudWatch client of the bucket's region.
        bucket: bucket name.
        storage_type: such as ``"StandardStorage"``, ``"StandardIAStorage"``, ``"GlacierStorage"``.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    """
    values = metric_values(
        cloudwatch,
        "AWS/S3",
        "BucketSizeBytes",
        start=datetime.now(UTC) - timedelta(days=3),
        period_seconds=86400,
        dimensions={"BucketName": bucket, "StorageType": storage_type},
    )
    return values[-1][1] if values else None


def enable_request_metrics(s3: S3Client, bucket: str, *, config_id: str = "EntireBucket", prefix: str = "") -> None:
    """Let S3 count requests, errors and latency by the minute; they are off, and billed, until someone asks.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-request-metrics-bucket.html
    """
    configuration: Any = {"Id": config_id} | ({"Filter": {"Prefix": prefix}} if prefix else {})
    with not_found(f"bucket {bucket}"):
        s3.put_bucket_metrics_configuration(Bucket=bucket, Id=config_id, MetricsConfiguration=configuration)


def as_dimensions(dimensions: Mapping[str, str] | None) -> list[Any]:
    """Write dimensions as CloudWatch takes them."""
    return [{"Name": name, "Value": value} for name, value in sorted((dimensions or {}).items())]


def check_metric(namespace: str, metric: str) -> None:
    """Refuse a metric that EC2 does not have: it would stay empty for ever."""
    if namespace == "AWS/EC2" and metric not in EC2_METRICS:
        raise InvalidInputError(
            f"EC2 measures no {metric!r}: memory and disk space come from the CloudWatch agent, namespace CWAgent"
        )
