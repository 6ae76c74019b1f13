"""Correct the answers of the services around EC2 and S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import CloudState

__all__ = ["AFTER", "BEFORE"]


def new_alarm(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Let a new alarm know nothing yet: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    alarms = state.backend("cloudwatch", call.account, call.region).alarms
    alarm = alarms.get(call.params.get("AlarmName", ""))
    if alarm is not None:
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
    if alarm is not None and alarm.state_value == "OK" and not getattr(alarm, "history", None):
        alarm.state_value = "INSUFFICIENT_DATA"
    return answer


def changed_alarm(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Say when an alarm last changed its state: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html"""
    alarm = state.backend("cloudwatch", call.account, call.region).alarms.get(call.params.get("AlarmName", ""))
    if alarm is not None:
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
    return answer


def who_is_it(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Name the caller: moto knows only the keys that it gave out itself, and takes the account's for a user's.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    body = answer[2]
    if call.principal:
        body = re.sub(rb"<Arn>[^<]*</Arn>", lambda _: f"<Arn>{escape(call.principal)}</Arn>".encode(), body)
    if call.principal.endswith(":root"):
        body = re.sub(rb"<UserId>[^<]*</UserId>", f"<UserId>{call.account}</UserId>".encode(), body)
    return with_body(answer, body)


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {}
AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "cloudwatch.PutMetricAlarm": (new_alarm,),
    "cloudwatch.SetAlarmState": (changed_alarm,),
    "sts.GetCallerIdentity": (who_is_it,),
}
