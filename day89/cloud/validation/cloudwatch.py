"""Refuse what CloudWatch refuses. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moments import moment
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

DATAPOINTS = 1440
# What this machine can hold, not a limit of AWS: every value counted is kept, and every period is looked at.
COUNTED = 100_000
PERIODS = 1_000_000
STATES = ("INSUFFICIENT_DATA", "ALARM", "OK")
DASHBOARD = re.compile(r"[A-Za-z0-9_-]+")


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def metric_data(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse data that say their value in two ways, or count other values than they name."""
    for number, datum in enumerate(call.params.get("MetricData") or [], 1):
        place = f"MetricData.member.{number}"
        for other in ("Values", "StatisticValues"):
            if "Value" in datum and other in datum:
                return _combination(
                    f"The parameters {place}.Value and {place}.{other} are mutually exclusive and you have specified "
                    "both."
                )
        if "Counts" in datum and len(datum["Counts"]) != len(datum.get("Values") or []):
            return _value(f"The parameters {place}.Values and {place}.Counts must be of the same size.")
        if sum(float(count) for count in datum.get("Counts") or []) > COUNTED:
            return _value(f"The local cloud keeps at most {COUNTED} values of a datum; {place}.Counts says more.")
    return None


def statistics(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse times that run backwards, and more points than an answer holds.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
    """
    start, end = moment(call.params.get("StartTime")), moment(call.params.get("EndTime"))
    if start is None or end is None:
        return None
    if start >= end:
        return _value("The parameter StartTime must be less than the parameter EndTime.")
    stats = [one.get("MetricStat") or one for one in call.params.get("MetricDataQueries") or [call.params]]
    period = min(int(one.get("Period", 60)) for one in stats)
    if period < 1:
        return _value(f"The parameter Period must be greater than or equal to 1; it is {period}.")
    points = int((end - start).total_seconds()) // period
    if points > PERIODS:
        return _value(f"The local cloud looks at no more than {PERIODS} periods; these are {points}.")
    if points <= DATAPOINTS or call.operation != "GetMetricStatistics":
        return None
    return _combination(
        f"You have requested up to {points} datapoints, which exceeds the limit of {DATAPOINTS}. You may reduce the "
        "datapoints requested by increasing Period, or decreasing the time range."
    )


def alarm_state(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse states that do not exist, and alarms that are not there: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html"""
    given = call.params.get("StateValue")
    if given not in STATES:
        return AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{given}' at 'stateValue' failed to satisfy constraint: Member must "
            f"satisfy enum value set: [{', '.join(STATES)}]",
        )
    alarms: Mapping[str, Any] = state.backend("cloudwatch", call.account, call.region).alarms
    return None if call.params.get("AlarmName") in alarms else AwsError("ResourceNotFound", "", 404)


def dashboard_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names with other letters: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html"""
    if DASHBOARD.fullmatch(str(call.params.get("DashboardName") or "")):
        return None
    return _value(
        "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) "
        "and underscore (_).\n"
    )


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "cloudwatch.PutMetricData": (metric_data,),
    "cloudwatch.GetMetricStatistics": (statistics,),
    "cloudwatch.GetMetricData": (statistics,),
    "cloudwatch.SetAlarmState": (alarm_state,),
    "cloudwatch.PutDashboard": (dashboard_name,),
}
