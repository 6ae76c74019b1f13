"""Look at instances, bring them from state to state, and read their console."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.ec2.waiting import wait_for
from day89.errors import InvalidInputError, NotFoundError, error_code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

__all__ = [
    "Instance",
    "console_output",
    "describe_instance",
    "describe_instances",
    "list_instances",
    "reboot_instances",
    "set_instance_state",
    "wait_ready",
]

UNKNOWN_ID = ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed")


@dataclass(frozen=True)
class Instance:
    """One instance; the addresses are None while it has none.

    ``reason`` is the code of its last change of state, such as ``Client.InstanceInitiatedShutdown`` where it shut
    itself down or ``Server.SpotInstanceTermination`` where AWS took it back; empty where AWS says none.
    """

    id: str
    state: str
    type: str
    name: str
    launched: datetime
    public_ip: str | None
    private_ip: str | None
    spot: bool
    tags: Mapping[str, str]
    reason: str = ""


def describe_instances(
    ec2: EC2Client,
    *,
    instance_ids: Iterable[str] | None = None,
    state: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Iterator[Instance]:
    """Yield instances, over every reservation and every page.

    Args:
        ec2: EC2 client.
        instance_ids: only these; None is all, and an empty list is none.
        state: only those in this state, such as ``"running"``.
        tags: only those with these tags.

    Raises:
        NotFoundError: one of the ids is unknown.

    See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in (tags or {}).items()]
    if state:
        filters.append({"Name": "instance-state-name", "Values": [state]})
    ids = None if instance_ids is None else list(instance_ids)
    if ids == []:  # to AWS an empty list means all
        return
    arguments: Any = {"Filters": filters, "InstanceIds": ids}
    pages = ec2.get_paginator("describe_instances").paginate(
        **{key: value for key, value in arguments.items() if value}
    )
    with _known_ids():
        for page in pages:
            for reservation in page["Reservations"]:
                yield from (_instance(item) for item in reservation["Instances"])


def describe_instance(ec2: EC2Client, instance_id: str) -> Instance:
    """Return one instance.

    Raises:
        NotFoundError: no such instance.
    """
    return next(describe_instances(ec2, instance_ids=[instance_id]))


def list_instances(ec2: EC2Client, *, state: str | None = None) -> dict[str, str]:
    """Return instance id to state name, over every reservation and every page.

    Terminated instances are listed for about an hour.
    """
    return {instance.id: instance.state for instance in describe_instances(ec2, state=state)}


def set_instance_state(ec2: EC2Client, instance_ids: Iterable[str], state: str) -> dict[str, str]:
    """Bring instances to a state and wait until they are there.

    Args:
        ec2: EC2 client.
        instance_ids: instances; none is fine, and AWS is not called.
        state: ``"running"``, ``"stopped"`` (pause: volumes bill on) or ``"terminated"`` (gone).

    Returns:
        Instance id to state.

    Raises:
        InvalidInputError: another state.
        NotFoundError: one of the ids is unknown; nothing was changed.
        WaitTimeoutError: they were not there in time.
        ClientError: among others ``IncorrectInstanceState``, for an instance that is terminated.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
    """
    acts: dict[str, Any] = {
        "running": ec2.start_instances,
        "stopped": ec2.stop_instances,
        "terminated": ec2.terminate_instances,
    }
    if state not in acts:
        raise InvalidInputError(f"state {state!r} is not one of {', '.join(acts)}")
    ids = list(dict.fromkeys(instance_ids))
    if not ids:
        return {}
    now = {instance.id: instance.state for instance in describe_instances(ec2, instance_ids=ids)}
    stopping = [one for one, there in now.items() if there == "stopping" and state == "running"]
    if stopping:  # an instance that is on its way down cannot be started yet
        wait_for(ec2, "instance_stopped", f"stopped {', '.join(stopping)}", InstanceIds=stopping)
    with _known_ids():
        acts[state](InstanceIds=ids)
    wait_for(ec2, f"instance_{state}", f"{state} {', '.join(ids)}", InstanceIds=ids)
    return {instance.id: instance.state for instance in describe_instances(ec2, instance_ids=ids)}


def reboot_instances(ec2: EC2Client, instance_ids: Iterable[str]) -> None:
    """Restart the operating system of instances and wait until their status checks pass; addresses and disks stay.

    Raises:
        NotFoundError: one of the ids is unknown; nothing was changed.
    """
    ids = list(dict.fromkeys(instance_ids))
    if not ids:
        return
    with _known_ids():
        ec2.reboot_instances(InstanceIds=ids)
    for one in ids:
        wait_ready(ec2, one)


def wait_ready(ec2: EC2Client, instance_id: str, *, timeout: float | None = None) -> None:
    """Wait until the status checks of a running instance pass: running only means that the power is on.

    Raises:
        WaitTimeoutError: they did not pass in time.
    """
    wait_for(ec2, "instance_status_ok", f"ready instance {instance_id}", timeout=timeout, InstanceIds=[instance_id])


def console_output(ec2: EC2Client, instance_id: str, *, latest: bool = False) -> str:
    """Return what an instance wrote to its console: where to look when user data failed.

    Args:
        ec2: EC2 client.
        instance_id: instance.
        latest: what stands there now, not at the last change of state; only Nitro types have it.

    Raises:
        NotFoundError: no such instance.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-console.html
    """
    arguments: Any = {"InstanceId": instance_id} | ({"Latest": True} if latest else {})
    with _known_ids():
        return ec2.get_console_output(**arguments).get("Output", "")


def _instance(item: Any) -> Instance:
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])}
    return Instance(
        id=item["InstanceId"],
        state=item["State"]["Name"],
        type=item["InstanceType"],
        name=tags.get("Name", ""),
        launched=item["LaunchTime"],
        public_ip=item.get("PublicIpAddress") or None,
        private_ip=item.get("PrivateIpAddress") or None,
        spot=item.get("InstanceLifecycle") == "spot",
        tags=tags,
        reason=item.get("StateReason", {}).get("Code", ""),
    )


@contextmanager
def _known_ids() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error_code(error) in UNKNOWN_ID:
            raise NotFoundError(error.response["Error"].get("Message") or "no such instance") from error
        raise
