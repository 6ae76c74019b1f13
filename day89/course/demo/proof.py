"""Prove that nothing of a story is left: look for each kind of thing that it makes, and for anything new that bills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from day89 import monitoring
from day89.costs import Leak, find_leaks
from day89.course.demo.record import Proof
from day89.course.demo.stage import TAG, Stage
from day89.errors import Day89Error, NotFoundError, not_found
from day89.iam import roles

__all__ = ["leaks_now", "prove"]


def leaks_now(stage: Stage) -> frozenset[tuple[str, str]]:
    """Return what bills before a story begins, so that it is not taken for the story's afterwards."""
    return frozenset((leak.kind, leak.id) for leak in _leaks(stage))


def prove(stage: Stage) -> list[Proof]:
    """Look for everything that a story makes.

    Args:
        stage: what the story stood on; it knows what billed before, see ``leaks_now``.

    Returns:
        What was looked for, and what of it is still there. Where one could not look, that counts as left.
    """
    looks: list[tuple[str, str, Callable[[], list[str]]]] = [
        ("instances", f"tag {TAG}={stage.name}; {_gone(stage)}", lambda: _instances(stage)),
        ("volumes", f"tag {TAG}={stage.name}", lambda: _volumes(stage)),
        ("security group", stage.name, lambda: _groups(stage)),
        ("role and profile", stage.name, lambda: _role(stage.client("iam"), stage.name)),
        ("bucket and objects", stage.bucket, lambda: _bucket(stage.client("s3"), stage.bucket)),
        ("alarms", f"{stage.name}*", lambda: _alarms(stage)),
        ("queues", f"{stage.name}*", lambda: _queues(stage.client("sqs"), stage.name)),
        ("anything new that bills", "day89.costs.find_leaks", lambda: _new_leaks(stage)),
    ]
    return [_look(*look) for look in looks]


def _look(what: str, looked: str, find: Callable[[], list[str]]) -> Proof:
    try:
        return Proof(what, looked, tuple(find()))
    except (Day89Error, ClientError, BotoCoreError, OSError) as error:
        return Proof(what, looked, (f"{what}: could not look, {error}",))


def _instances(stage: Stage) -> list[str]:
    return [f"instance {one.id} ({one.state})" for one in stage.instances() if one.state != "terminated"]


def _gone(stage: Stage) -> str:
    try:
        return f"{sum(one.state == 'terminated' for one in stage.instances())} terminated"
    except (ClientError, BotoCoreError):
        return "EC2 did not answer"


def _volumes(stage: Stage) -> list[str]:
    tagged = [{"Name": f"tag:{TAG}", "Values": [stage.name]}]
    pages = stage.client("ec2").get_paginator("describe_volumes").paginate(Filters=tagged)
    return [f"volume {one['VolumeId']} ({one['State']})" for page in pages for one in page["Volumes"]]


def _groups(stage: Stage) -> list[str]:
    named = [{"Name": "group-name", "Values": [stage.name]}]
    found = stage.client("ec2").describe_security_groups(Filters=named)["SecurityGroups"]
    return [f"security group {one['GroupId']}" for one in found]


def _role(client: Any, name: str) -> list[str]:
    found = []
    for what, look in (("role", roles.role_policies), ("instance profile", _profile)):
        try:
            look(client, name)
        except NotFoundError:
            continue
        found.append(f"{what} {name}")
    return found


def _profile(client: Any, name: str) -> None:
    with not_found(f"instance profile {name}"):
        client.get_instance_profile(InstanceProfileName=name)


def _bucket(client: Any, bucket: str) -> list[str]:
    try:
        with not_found(bucket):
            client.head_bucket(Bucket=bucket)
    except NotFoundError:
        return []
    return [f"bucket {bucket}"]


def _alarms(stage: Stage) -> list[str]:
    return [f"alarm {one.name}" for one in monitoring.list_alarms(stage.client("cloudwatch"), prefix=stage.name)]


def _queues(sqs: Any, name: str) -> list[str]:
    return [f"queue {url}" for url in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])]


def _new_leaks(stage: Stage) -> list[str]:
    known = stage.billed_before
    return [f"{one.kind} {one.id}: {one.detail}" for one in _leaks(stage) if (one.kind, one.id) not in known]


def _leaks(stage: Stage) -> list[Leak]:
    # The story's own bucket is looked for by name; what lies in others is not its business.
    return find_leaks(ec2=stage.client("ec2"))
