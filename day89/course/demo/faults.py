"""Say what can be made to break in a story, and order it of the local cloud; the stories know nothing of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from day89.cloud import Cloud
from day89.cloud.messages.model import ApiCall
from day89.course.demo.trace import HERE, actor_of
from day89.errors import UsageError

__all__ = ["KINDS", "Kind", "order"]

TRAIN, SERVE, PROCESS = "train", "serve", "process"
INPUT = {"Key": "input/*"}
SPOT = {"InstanceMarketOptions": "{'MarketType': 'spot'*"}
NOTICE_SECONDS = 120  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
# The first thing that an instance of each story does to S3 when its program has started.
FIRST_LOOK = {TRAIN: INPUT, PROCESS: INPUT, SERVE: {"Key": "models/*"}}
FILES = {TRAIN: INPUT, PROCESS: INPUT, SERVE: {"Key": "models/penguins/v1/model.*"}}
UPLOADS = {TRAIN: INPUT, PROCESS: INPUT, SERVE: {"Key": "code/*"}}
# What the instance is not allowed to do any more: save the model, read the model, write its part.
DENIED = {
    TRAIN: ("s3.PutObject", {"Key": "models/*"}),
    SERVE: ("s3.GetObject", FILES[SERVE]),
    PROCESS: ("s3.PutObject", {"Key": "output/_jobs/*"}),
}


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what it is, which stories know it, and how it is injected."""

    words: str
    order: Callable[[Cloud, str], Any]
    stories: tuple[str, ...] = (TRAIN, SERVE, PROCESS)


def order(cloud: Cloud, story: str, name: str) -> str:
    """Order a fault of the local cloud.

    Args:
        cloud: the cloud that the story plays on.
        story: name of the story.
        name: kind of the fault, a key of ``KINDS``.

    Returns:
        What was ordered, in words.

    Raises:
        UsageError: this story has no such fault.
    """
    fitting = [kind for kind, fault in KINDS.items() if story in fault.stories]
    if name not in fitting:
        raise UsageError(f"the story {story} has no fault {name!r}: choose from {', '.join(fitting)}")
    KINDS[name].order(cloud, story)
    return f"{name}: {KINDS[name].words}"


def _throttled(cloud: Cloud, story: str, *, times: int | None) -> None:
    cloud.faults.add("s3.PutObject", code="SlowDown", times=times, where=UPLOADS[story])


def _no_capacity(cloud: Cloud, story: str, *, where: Mapping[str, str]) -> None:
    cloud.faults.add("ec2.RunInstances", code="InsufficientInstanceCapacity", times=None, where=where)


def _denied(cloud: Cloud, story: str) -> None:
    action, where = DENIED[story]
    cloud.faults.add(action, code="AccessDenied", times=None, where=where)


def _broken_download(cloud: Cloud, story: str) -> None:
    cloud.faults.add("s3.GetObject", cut_after=500, where=FILES[story])


def _damaged(cloud: Cloud, story: str) -> None:
    """Put other bytes in the place of the model, just before it is read for the first time."""

    def damage(call: ApiCall) -> None:
        cloud.client("s3").put_object(Bucket=call.params["Bucket"], Key=call.params["Key"], Body=b"not the model")

    cloud.faults.add("s3.GetObject", before=damage, where=FILES[SERVE])


def _interrupted_spot(cloud: Cloud, story: str) -> None:
    """Take the first instance away that begins to read its input: its notice, and at once its end."""
    taken: list[str] = []

    def take(call: ApiCall) -> None:
        actor = actor_of(call.principal)
        if actor != HERE and not taken:
            taken.append(actor)
            cloud.instances.interrupt(actor, notice_seconds=NOTICE_SECONDS)
            cloud.client("ec2").terminate_instances(InstanceIds=[actor])

    cloud.faults.add("s3.GetObject", times=None, before=take, where=FIRST_LOOK[story])


def _ctrl_c(cloud: Cloud, story: str) -> None:
    """Press Ctrl-C when an instance begins to read its input."""
    pressed: list[bool] = []

    def press(call: ApiCall) -> None:
        if actor_of(call.principal) != HERE and not pressed:
            pressed.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    cloud.faults.add("s3.GetObject", times=None, before=press, where=FIRST_LOOK[story])


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "throttled-upload": Kind(
            "S3 answers the first upload with SlowDown, twice; the client tries again", partial(_throttled, times=2)
        ),
        "failed-upload": Kind("S3 answers the first upload with SlowDown, for ever", partial(_throttled, times=None)),
        "no-spot": Kind("there is no Spot capacity", partial(_no_capacity, where=SPOT), (TRAIN, PROCESS)),
        "no-capacity": Kind("there is no capacity on any market", partial(_no_capacity, where={})),
        "spot-interruption": Kind("a Spot instance is taken away at work", _interrupted_spot, (TRAIN, PROCESS)),
        "broken-download": Kind("the first download breaks off after 500 bytes", _broken_download),
        "job-fails": Kind("the instance's role has lost the right that its job needs", _denied),
        "damaged-model": Kind("the model's bytes in S3 are not those that were saved", _damaged, (TRAIN, SERVE)),
        "ctrl-c": Kind("Ctrl-C is pressed while the instance works", _ctrl_c),
    }
)
