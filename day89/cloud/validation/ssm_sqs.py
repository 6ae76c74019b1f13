"""Refuse names of parameters and attributes of queues that SSM and SQS refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

NAME = re.compile(r"[a-zA-Z0-9_.\-/]+")
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
ATTRIBUTES = frozenset(
    {
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "DelaySeconds",
        "FifoQueue",
        "FifoThroughputLimit",
        "KmsDataKeyReusePeriodSeconds",
        "KmsMasterKeyId",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "Policy",
        "ReceiveMessageWaitTimeSeconds",
        "RedriveAllowPolicy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    }
)


def parameter_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names with other letters: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
    given = str(call.params.get("Name") or "")
    if not given or given.startswith("arn:") or NAME.fullmatch(given):
        return None
    message = (
        'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
        "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following "
        "3 symbols .-_"
    )
    return AwsError("ValidationException", message)


def attributes(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse attributes that a queue does not have."""
    unknown = next((name for name in call.params.get("Attributes") or {} if name not in ATTRIBUTES), None)
    return AwsError("InvalidAttributeName", f"Unknown Attribute {unknown}.") if unknown else None


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "ssm.PutParameter": (parameter_name,),
    "sqs.CreateQueue": (attributes,),
    "sqs.SetQueueAttributes": (attributes,),
}
