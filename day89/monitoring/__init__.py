"""Watch what runs: metrics in and out, alarms, log lines."""

from __future__ import annotations

from day89.monitoring.alarms import Alarm, create_alarm, delete_alarms, list_alarms
from day89.monitoring.logs import LogEvent, read_log_events, write_log_events
from day89.monitoring.metrics import (
    EC2_METRICS,
    bucket_size,
    enable_request_metrics,
    instance_metric,
    metric_values,
    put_metrics,
)

__all__ = [
    "EC2_METRICS",
    "Alarm",
    "LogEvent",
    "bucket_size",
    "create_alarm",
    "delete_alarms",
    "enable_request_metrics",
    "instance_metric",
    "list_alarms",
    "metric_values",
    "put_metrics",
    "read_log_events",
    "write_log_events",
]
