"""Check task 3.4, set_instance_state: the state is reached, for these instances, all of them or none."""

from __future__ import annotations

from typing import Any

import pytest
from support import answer, attempt, blamed, expect_forbidden, expect_missing, expect_value_error, works
from support_ec2 import CHANGES, launch, settle, states, stop_endless_looks

from day89.cloud.moto.transitions import Pace
from day89.course.checks.expectations import expect, expect_equal

STATES = ("running", "stopped", "terminated")
ON_THE_WAY = ("pending", "stopping", "shutting-down")


def expect_reached(task: Any, cloud: Any, region: str, ids: list[str], state: str, mistake: str) -> None:
    """Fail unless the call brings the instances to the state, leaves the others, and says so."""
    before = states(cloud, region)
    others = {id: name for id, name in before.items() if id not in ids}
    number = len(cloud.log)
    found = answer(task, mistake, "set_instance_state", cloud.client("ec2", region), ids, state)
    after = states(cloud, region)
    reached = {id: after[id] for id in ids}
    wanted = dict.fromkeys(ids, state)
    changed = cloud.log.after(number).count(*CHANGES)
    shown = shown_by(reached, before, state, mistake) if changed else "F3"
    expect_equal(reached, wanted, f"{task.last_call}; then describe_instances", shown)
    transitional = isinstance(found, dict) and set(map(str, found.values())) & set(ON_THE_WAY)
    expect_equal(found, wanted, task.last_call, "E21" if transitional else "E43")
    left = {id: name for id, name in after.items() if id not in ids}
    expect_equal(left, others, f"{task.last_call}; then describe_instances for the others", "E38")


def shown_by(reached: dict[str, str], before: dict[str, str], state: str, otherwise: str) -> str:
    """Return the mistake that the states of the instances show after the call."""
    names = set(reached.values())
    if names & set(ON_THE_WAY):
        return "E21"
    if state == "terminated" and names == {"stopped"}:
        return "E18"
    unchanged = any(reached[id] == before[id] != state for id in reached)
    return "E16" if unchanged and state in names else otherwise


@pytest.mark.task("3.4", "core", points=0.5)
def test_stops_instances(task: Any, cloud: Any, names: Any) -> None:
    """Two of three, in two regions, each launched for itself."""
    for region in ("us-east-1", names.region()):
        ec2 = cloud.client("ec2", region)
        ids = launch(ec2, 1, 1, 1)
        settle(cloud, ec2)
        expect_reached(task, cloud, region, ids[:2], "stopped", "E21")


@pytest.mark.task("3.4", "core", points=0.5)
def test_starts_instances(task: Any, cloud: Any, names: Any) -> None:
    """Those that were stopped; one that runs already is fine."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    ids = launch(ec2, 3)
    settle(cloud, ec2)
    ec2.stop_instances(InstanceIds=ids[1:])
    settle(cloud, ec2)
    expect_reached(task, cloud, region, ids[:2], "running", "E16")


@pytest.mark.task("3.4", "core", points=0.5)
def test_terminates_instances(task: Any, cloud: Any, names: Any) -> None:
    """Terminated is not stopped, whatever state the instance was in."""
    ec2 = cloud.client("ec2")
    ids = launch(ec2, 3)
    settle(cloud, ec2)
    ec2.stop_instances(InstanceIds=ids[1:2])
    settle(cloud, ec2)
    expect_reached(task, cloud, "us-east-1", ids[:2], "terminated", "E18")


@pytest.mark.task("3.4", "core", points=0.5)
@pytest.mark.cloud(pace=Pace(looks=3))
def test_waits_until_the_state_is_reached(task: Any, cloud: Any, names: Any) -> None:
    """Here every change is still under way for the first three looks at it."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    ids = launch(ec2, 2)
    settle(cloud, ec2)
    for state in ("stopped", "running", "terminated"):
        expect_reached(task, cloud, region, ids, state, "E21")


@pytest.mark.task("3.4", "core", points=0.5)
def test_refuses_another_state(task: Any, cloud: Any, names: Any) -> None:
    """Three states can be asked for; the others pass by themselves, or do not exist."""
    ec2 = cloud.client("ec2")
    ids = launch(ec2, 1)
    settle(cloud, ec2)
    works(task, "set_instance_state", ec2, ids, "running")
    others = ("pending", "stopping", "shutting-down", "Running", "started", "stop", "terminate", " stopped")
    for state in (*others, names.word()):
        expect_value_error(
            *(task, cloud, "E39", f"{state!r} is none of the three states"), "set_instance_state", ec2, ids, state
        )


@pytest.mark.task("3.4", "core", points=0.5)
def test_no_ids_is_no_call(task: Any, cloud: Any, names: Any) -> None:
    """AWS takes no ids for all instances where it lists, and for an error where it changes them."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    ids = launch(ec2, 2)
    settle(cloud, ec2)
    expect_reached(task, cloud, region, ids[:1], "stopped", "E21")  # who never does anything calls nobody either
    task.silence.is_right = True
    for state in STATES:
        before = len(cloud.log)
        ended = attempt(task, "set_instance_state", ec2, [], state)
        made = [call.operation for call in cloud.log.after(before)]
        is_empty = isinstance(ended.value, dict) and not ended.value
        expect(is_empty, called=task.last_call, expected="{}", found=ended, mistake=blamed(ended, "E40"))
        expect(not made, called=task.last_call, expected="no call to AWS", found=made, mistake="E40")


@pytest.mark.task("3.4", "mastery", points=1)
def test_unknown_id_is_a_lookup_error_and_changes_nothing(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses the whole request: the instances that are known stay as they are."""
    region = names.region()
    ec2 = cloud.client("ec2", region)
    running, stopped = launch(ec2, 2)
    settle(cloud, ec2)
    ec2.stop_instances(InstanceIds=[stopped])
    settle(cloud, ec2)
    works(task, "set_instance_state", ec2, [running], "running")
    for state in STATES:
        unknown = f"i-0{names.number(16**15, 16**16 - 1):016x}"
        before = states(cloud, region)
        ids = [running, stopped, unknown]
        expect_missing(task, unknown, "set_instance_state", ec2, ids, state, returned="E17")
        found = states(cloud, region)
        expect_equal(found, before, f"{task.last_call} with an unknown id, looked at the others", "E17")


@pytest.mark.task("3.4", "mastery", points=0.5)
def test_a_terminated_instance_is_not_started(task: Any, cloud: Any, names: Any) -> None:
    """AWS reports IncorrectInstanceState; no answer may say that it runs."""
    ec2 = cloud.client("ec2")
    ids = launch(ec2, 1)
    ec2.terminate_instances(InstanceIds=ids)
    settle(cloud, ec2)
    works(task, "set_instance_state", ec2, ids, "terminated")
    stop_endless_looks(cloud)
    for state in ("running", "stopped"):
        ended = attempt(task, "set_instance_state", ec2, ids, state)
        called = f"{task.last_call} for a terminated instance"
        expect(ended.error, called=called, expected="AWS's error to reach the caller", found=ended, mistake="E20")
        is_lookup = isinstance(ended.error, LookupError)
        expect(
            not is_lookup,
            called=f"{called}, which is there",
            expected="AWS's own error, no LookupError",
            found=ended,
            mistake="U12",
        )


@pytest.mark.task("3.4", "mastery", points=0.5)
def test_forbidden_change_is_not_an_unknown_id(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is."""
    ec2 = cloud.client("ec2", names.region())
    ids = launch(ec2, 2)
    settle(cloud, ec2)
    works(task, "set_instance_state", ec2, ids, "running")
    for action in CHANGES:
        cloud.faults.add(action, code="UnauthorizedOperation", status=403, times=None)
    for state in ("stopped", "terminated"):
        expect_forbidden(task, "U12", "set_instance_state", ec2, ids, state)
