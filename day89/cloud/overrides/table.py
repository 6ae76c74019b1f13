"""Override what moto refuses or answers wrongly although AWS allows it: before the call, or in its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.failures import refusal_for
from day89.cloud.moto.state import CloudState
from day89.cloud.overrides import ec2, ec2_answers, iam, s3, services
from day89.cloud.overrides.s3 import website
from day89.cloud.overrides.s3_cors import cors_headers, preflight
from day89.cloud.overrides.s3_deletes import delete_objects

__all__ = ["after", "before", "cors_headers", "delete_objects", "preflight", "website"]

Before = Callable[[ApiCall, CloudState, Inner], Answer | None]
After = Callable[[ApiCall, CloudState, Answer], Answer]


def _merged(*tables: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    merged: dict[str, tuple[Any, ...]] = {}
    for table in tables:
        for action, added in table.items():
            merged[action] = (*merged.get(action, ()), *added)
    return merged


BEFORE: Mapping[str, tuple[Before, ...]] = _merged(
    *s3.BEFORES, ec2.BEFORE, ec2_answers.BEFORE, iam.BEFORE, services.BEFORE
)
AFTER: Mapping[str, tuple[After, ...]] = _merged(*s3.AFTERS, ec2.AFTER, ec2_answers.AFTER, iam.AFTER, services.AFTER)


def before(call: ApiCall, state: CloudState, inner: Inner, protocol: str) -> Answer | None:
    """Change the request that moto gets, or answer in its place."""
    if call.service in ("ec2", "ssm", "autoscaling"):
        ec2.prepare(call, state)
    try:
        for override in BEFORE.get(call.action, ()):
            answer = override(call, state, inner)
            if answer is not None:
                return answer
    except Exception as error:  # parameters that nobody has looked at yet
        return render(refusal_for(call, error), protocol, call.method)
    return None


def after(call: ApiCall, state: CloudState, answer: Answer, protocol: str) -> Answer:
    """Change moto's state or its answer after a call that succeeded."""
    if answer[0] >= 300:
        return answer
    try:
        for override in AFTER.get(call.action, ()):
            answer = override(call, state, answer)
    except Exception as error:  # parameters that nobody has looked at yet
        return render(refusal_for(call, error), protocol, call.method)
    return answer
