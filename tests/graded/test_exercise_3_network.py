"""Check task 3.1, create_security_group: who is let in, in which VPC, and once only."""

from __future__ import annotations

from typing import Any

import pytest
from support import answer, expect_forbidden, expect_value_error, works
from support_ec2 import covering, group, lets_in, lets_in_ipv6, new_vpc

from day89.course.checks.expectations import expect, expect_equal, show

EVERYBODY = ["0.0.0.0/0"]


def made(task: Any, ec2: Any, vpc: str, name: str, admin: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Call the learner's function; return the id that it gives and the group that has it."""
    group_id = answer(task, None, "create_security_group", ec2, vpc, name, admin_cidr=admin, **more)
    found = group(ec2, group_id)
    expect(
        found, called=task.last_call, expected="the id of a group that is there", found=show(group_id), mistake="N21"
    )
    return group_id, found


def expect_open(task: Any, found: dict[str, Any], port: str, wanted: list[str], mistake: str) -> None:
    """Fail unless a group opens a port to exactly these networks; a wider rule that covers the port is told too."""
    opened, wider = lets_in(found), covering(found, port)
    words = f", and {port} within {show(wider)}" if wider else ""
    expect(
        opened.get(port, []) == wanted,
        called=task.last_call,
        expected=f"{port} open to {show(wanted)}",
        found=f"it open to {show(opened.get(port, 'nobody'))}{words}",
        mistake="N22" if wider else "N1" if EVERYBODY[0] in opened.get(port, []) else mistake,
    )


@pytest.mark.task("3.1", "core", points=0.5)
def test_makes_a_group_in_the_vpc(task: Any, cloud: Any, names: Any) -> None:
    """In two regions; the id that comes back is the group's."""
    for region in ("us-east-1", names.region()):
        ec2, name = cloud.client("ec2", region), names.word()
        vpc = new_vpc(ec2, names.number(1, 200))
        for other in (f"{name}-2", f"x{name}"):
            ec2.create_security_group(GroupName=other, Description="another", VpcId=vpc)
        _, found = made(task, ec2, vpc, name, names.network())
        expect_equal(
            {"name": found["GroupName"], "VPC": found["VpcId"]},
            {"name": name, "VPC": vpc},
            f"{task.last_call} in {region}, looked at the group",
            "N25",
        )


@pytest.mark.task("3.1", "core", points=0.75)
def test_ssh_only_from_the_administrator(task: Any, cloud: Any, names: Any) -> None:
    """Port 22 is open to one network, whatever its size, and to nobody else, on IPv6 neither."""
    ec2 = cloud.client("ec2")
    vpc = new_vpc(ec2, names.number(1, 200))
    networks = [names.network(length) for length in (32, names.choice((16, 20, 28)), 24)]
    for admin in (*networks, "10.0.0.0/8"):
        _, found = made(task, ec2, vpc, names.word(), admin)
        expect_open(task, found, "tcp 22", [admin], "N27")
        six = lets_in_ipv6(found, "tcp 22")
        expect(
            not six,
            called=task.last_call,
            expected=f"TCP port 22 for {admin} only",
            found=f"{show(six)} too",
            mistake="N1",
        )


@pytest.mark.task("3.1", "core", points=0.75)
def test_application_from_everywhere(task: Any, cloud: Any, names: Any) -> None:
    """Port 5000 where none is given, or the one that is given."""
    ec2 = cloud.client("ec2", names.region())
    vpc = new_vpc(ec2, names.number(1, 200))
    for more in ({}, {"app_port": names.number(8000, 9999)}):
        _, found = made(task, ec2, vpc, names.word(), names.network(), **more)
        port = f"tcp {more.get('app_port', 5000)}"
        expect_open(task, found, port, EVERYBODY, "N26")


@pytest.mark.task("3.1", "core", points=0.5)
def test_lets_in_nothing_else(task: Any, cloud: Any, names: Any) -> None:
    """No other port, no other protocol, no range of ports."""
    ec2 = cloud.client("ec2")
    port = names.number(5001, 7000)
    _, found = made(task, ec2, new_vpc(ec2, names.number(1, 200)), names.word(), names.network(), app_port=port)
    wanted = sorted(["tcp 22", f"tcp {port}"])
    expect_equal(sorted(lets_in(found)), wanted, f"{task.last_call}, looked at what is open on IPv4", "N22")


@pytest.mark.task("3.1", "core", points=0.5)
def test_refuses_everybody_as_administrator(task: Any, cloud: Any, names: Any) -> None:
    """``0.0.0.0/0`` would open SSH to every scanner; nothing is made."""
    for region in ("us-east-1", names.region()):
        ec2 = cloud.client("ec2", region)
        vpc = new_vpc(ec2, names.number(1, 200))
        works(task, "create_security_group", ec2, vpc, names.word(), admin_cidr=names.network())
        expect_value_error(
            *(task, cloud, "N1", "0.0.0.0/0 means everyone"),
            *("create_security_group", ec2, vpc, names.word()),
            admin_cidr="0.0.0.0/0",
        )


@pytest.mark.task("3.1", "mastery", points=0.75)
def test_a_second_run_gives_the_same_group(task: Any, cloud: Any, names: Any) -> None:
    """The same id, the same rules, no error: three times."""
    ec2, name, admin = cloud.client("ec2", names.region()), names.word(), names.network()
    vpc = new_vpc(ec2, names.number(1, 200))
    first, before = made(task, ec2, vpc, name, admin)
    for _ in range(2):
        found = answer(task, "N3", "create_security_group", ec2, vpc, name, admin_cidr=admin)
        expect_equal(found, first, f"{task.last_call} again with the same arguments", "N3")
        expect_equal(lets_in(group(ec2, first)), lets_in(before), f"{task.last_call} again, looked at the rules", "N3")


@pytest.mark.task("3.1", "mastery", points=0.5)
def test_the_same_name_in_another_vpc_is_another_group(task: Any, cloud: Any, names: Any) -> None:
    """A name is unique within one VPC only: the group of the other VPC is neither taken nor changed."""
    ec2, name, admin = cloud.client("ec2"), names.word(), names.network()
    other, vpc = new_vpc(ec2, 30), new_vpc(ec2, 31)
    stranger = ec2.create_security_group(GroupName=name, Description="another", VpcId=other)["GroupId"]
    for _ in range(2):
        group_id, found = made(task, ec2, vpc, name, admin)
        called = f"{task.last_call}, where another VPC has a group of that name"
        expect(
            group_id != stranger,
            called=called,
            expected=f"a group of {vpc}",
            found=f"the one of {other}",
            mistake="N23",
        )
        expect(found["VpcId"] == vpc, called=called, expected=f"a group of {vpc}", found=found["VpcId"], mistake="N23")
    opened = lets_in(group(ec2, stranger))
    expect(not opened, called=task.last_call, expected="that other group unchanged", found=show(opened), mistake="N23")


@pytest.mark.task("3.1", "mastery", points=0.25)
def test_outgoing_rules_stay(task: Any, cloud: Any, names: Any) -> None:
    """AWS lets everything out; the task says nothing else."""
    ec2 = cloud.client("ec2")
    vpc = new_vpc(ec2, names.number(1, 200))
    plain = group(ec2, ec2.create_security_group(GroupName="plain", Description="plain", VpcId=vpc)["GroupId"])
    _, found = made(task, ec2, vpc, names.word(), names.network())
    expect(
        found["IpPermissionsEgress"] == plain["IpPermissionsEgress"],
        called=task.last_call,
        expected=f"the outgoing rules of any new group, {show(plain['IpPermissionsEgress'])}",
        found=show(found["IpPermissionsEgress"]),
        mistake="N24",
    )


@pytest.mark.task("3.1", "mastery", points=0.25)
def test_refuses_what_is_no_ipv4_network(task: Any, cloud: Any, names: Any) -> None:
    """Words, IPv6, numbers out of range; and everyone, written in another way."""
    ec2 = cloud.client("ec2", names.region())
    vpc = new_vpc(ec2, names.number(1, 200))
    works(task, "create_security_group", ec2, vpc, names.word(), admin_cidr=names.network())
    everyone = f"{names.network(32).removesuffix('/32')}/0"
    for bad in ("everyone", "", "203.0.113.0/33", "300.1.1.0/24", "2001:db8::/32", "0.0.0.0/0.0.0.0", everyone):
        expect_value_error(
            *(task, cloud, "N28", f"{bad!r} {'means everyone' if bad[-2:] in ('/0', '.0') else 'is no IPv4 network'}"),
            *("create_security_group", ec2, vpc, names.word()),
            admin_cidr=bad,
        )


@pytest.mark.task("3.1", "mastery", points=0.25)
def test_forbidden_group_is_an_error(task: Any, cloud: Any, names: Any) -> None:
    """Only the group that is there already is no error: a 403 reaches the caller as it is."""
    ec2 = cloud.client("ec2")
    vpc = new_vpc(ec2, names.number(1, 200))
    works(task, "create_security_group", ec2, vpc, names.word(), admin_cidr=names.network())
    for actions in (("ec2.AuthorizeSecurityGroupIngress",), ("ec2.CreateSecurityGroup",)):
        for action in actions:
            cloud.faults.add(action, code="UnauthorizedOperation", status=403, times=None)
        expect_forbidden(*(task, "U12", "create_security_group", ec2, vpc, names.word()), admin_cidr=names.network())
