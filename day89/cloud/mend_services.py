"""Mend the answers of the services around EC2 and S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from day89.cloud.api import ApiCall
from day89.cloud.render import Answer
from day89.cloud.state import State

__all__ = ["AFTER"]


def new_alarm(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Let a new alarm know nothing yet: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    alarms = state.backend("cloudwatch", call.account, call.region).alarms
    alarm = alarms.get(call.params.get("AlarmName", ""))
    if alarm is not None and alarm.state_value == "OK" and not getattr(alarm, "history", None):
        alarm.state_value = "INSUFFICIENT_DATA"
    return answer


AFTER: Mapping[str, tuple[Callable[[ApiCall, State, Answer], Answer], ...]] = {
    "cloudwatch.PutMetricAlarm": (new_alarm,),
}
