"""Check task 3.3, list_instances: every reservation, every page, every state."""

from __future__ import annotations

from typing import Any

import pytest
from support import answer, expect_forbidden, works
from support_ec2 import LOOKS, launch, launch_apart, settle, states, stop_endless_looks

from day89.cloud.moto.transitions import Pace
from day89.course.checks.expectations import expect, expect_equal, expect_type

PAGE = 20


def expect_states(
    task: Any, log: Any, found: Any, wanted: dict[str, str], mistake: str, region: str = "us-east-1"
) -> None:
    """Fail unless the returned dict maps exactly these ids to their states."""
    expect_type(found, dict, task.last_call, "E43")
    lost, more = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    # More than there are in the state: the state was not looked at. And AWS lists each region for itself.
    shown = "E49" if more and "state=" in task.last_call else "E29" if asked_elsewhere(log, region) else mistake
    if not all(str(id).startswith("i-") for id in found):
        shown = "E43"
    parts = ((sorted(lost), "missing"), (sorted(more), "too many"))
    words = [f"{len(ids)} {what}, such as {ids[0]}" for ids, what in parts if ids]
    expect(
        not words,
        called=task.last_call,
        expected=f"{len(wanted)} instance{'' if len(wanted) == 1 else 's'}",
        found=f"{len(found)}: {'; '.join(words)}",
        mistake=shown,
    )
    expect_equal(dict(found), wanted, task.last_call, "E43")


def asked_elsewhere(log: Any, region: str) -> bool:
    """Tell whether EC2 was asked in another region than the client's."""
    return any(call.region != region for call in log.of(*LOOKS))


@pytest.mark.task("3.3", "core", points=0.75)
def test_lists_every_instance_of_every_reservation(task: Any, cloud: Any, names: Any) -> None:
    """A launch of several is one reservation; two have the same name; two regions, each with launches of its own."""
    for region in ("us-east-1", names.region()):
        ec2 = cloud.client("ec2", region)
        ids = launch(ec2, *names.shuffled([1, 2, 3]))
        ec2.create_tags(Resources=ids[2:4], Tags=[{"Key": "Name", "Value": names.word()}])
        before = len(cloud.log)
        found = answer(task, None, "list_instances", ec2)
        expect_states(task, cloud.log.after(before), found, states(cloud, region), "E11", region)


@pytest.mark.task("3.3", "core", points=0.5)
def test_no_instances_is_an_empty_dict(task: Any, cloud: Any, names: Any) -> None:
    """No reservations at all; and none in the state."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    expect_states(task, cloud.log, answer(task, "E26", "list_instances", ec2), {}, "E26", region)
    launch(ec2, 1)
    expect_states(task, cloud.log, answer(task, "E26", "list_instances", ec2, state="stopped"), {}, "E26", region)


@pytest.mark.task("3.3", "core", points=0.75)
def test_lists_only_those_in_the_state(task: Any, cloud: Any, names: Any) -> None:
    """Running, stopped, terminated: within one reservation and across."""
    expect_chosen(task, cloud, names.shuffled(["running", "stopped", "terminated"]))


def expect_chosen(task: Any, cloud: Any, wanted: list[str]) -> None:
    """Fail unless each of these states chooses the instances that are in it."""
    ec2 = cloud.client("ec2")
    ids = in_every_state(cloud, ec2)
    for state in wanted:
        found = answer(task, None, "list_instances", ec2, state=state)
        expect_states(task, cloud.log, found, dict.fromkeys(ids[state], state), "E49")


def in_every_state(cloud: Any, ec2: Any) -> dict[str, list[str]]:
    """Launch instances and bring them to every state that there is, from now on for long.

    Returns:
        State to the ids of the instances in it.
    """
    first, second, third, fourth, fifth, sixth = launch(ec2, 3, 3)
    ec2.stop_instances(InstanceIds=[second])
    ec2.terminate_instances(InstanceIds=[third])
    settle(cloud, ec2)
    cloud.pace = Pace(looks=1000)
    ec2.stop_instances(InstanceIds=[fourth])
    ec2.terminate_instances(InstanceIds=[fifth])
    lasting = {"running": [first, sixth], "stopped": [second], "terminated": [third]}
    return lasting | {"pending": launch(ec2, 1), "stopping": [fourth], "shutting-down": [fifth]}


@pytest.mark.task("3.3", "core", points=0.25)
def test_terminated_instances_are_listed(task: Any, cloud: Any, names: Any) -> None:
    """AWS lists them for about an hour, and so does the function where no state is given: every state is one."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    ids = in_every_state(cloud, ec2)
    wanted = {id: state for state, there in ids.items() for id in there}
    found = answer(task, None, "list_instances", ec2)
    hidden = isinstance(found, dict) and ids["terminated"][0] not in found and len(found) > 0
    expect_states(task, cloud.log, found, wanted, "E15" if hidden else "E11", region)


@pytest.mark.task("3.3", "core", points=0.75)
@pytest.mark.limit(30)
@pytest.mark.cloud(page_size=PAGE)
def test_lists_every_page_of_reservations(task: Any, cloud: Any, names: Any) -> None:
    """Six pages. Here EC2 never answers with more than 20 reservations."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    launch_apart(cloud, ec2, names.number(101, 110))
    launch(ec2, 2, 1)
    stop_endless_looks(cloud)
    found = answer(task, None, "list_instances", ec2)
    expect_states(task, cloud.log, found, states(cloud, region), "E14", region)


@pytest.mark.task("3.3", "mastery", points=0.7)
def test_chooses_states_that_pass(task: Any, cloud: Any, names: Any) -> None:
    """Pending, stopping and shutting down are states, too."""
    expect_chosen(task, cloud, names.shuffled(["pending", "stopping", "shutting-down"]))


@pytest.mark.task("3.3", "mastery", points=0.7)
@pytest.mark.cloud(page_size=2)
def test_lists_every_page_of_one_state(task: Any, cloud: Any, names: Any) -> None:
    """The stopped ones stand on the last pages; whoever filters the pages meets two without any."""
    ec2 = cloud.client("ec2")
    ids = launch(ec2, *[1] * 7)
    ec2.stop_instances(InstanceIds=ids[4:])
    for _ in range(2):
        list(ec2.get_paginator("describe_instances").paginate())
    stop_endless_looks(cloud)
    found = answer(task, None, "list_instances", ec2, state="stopped")
    expect_states(task, cloud.log, found, dict.fromkeys(ids[4:], "stopped"), "E14")


@pytest.mark.task("3.3", "mastery", points=0.6)
def test_forbidden_list_is_not_an_empty_one(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is."""
    ec2 = cloud.client("ec2")
    launch(ec2, 1)
    works(task, "list_instances", ec2)
    for action in LOOKS:
        cloud.faults.add(action, code="UnauthorizedOperation", status=403, times=None)
    expect_forbidden(task, "U12", "list_instances", ec2)
