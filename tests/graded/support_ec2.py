"""Help the checks of exercise 3: launch instances, look at rules and states, past the learner's code."""

from __future__ import annotations

import ipaddress
from copy import copy
from typing import Any

from support import stop_endless_loops

from day89.cloud.messages.model import DEFAULT_ACCOUNT

LOOKS = ("ec2.DescribeInstances", "ec2.DescribeInstanceStatus")
CHANGES = ("ec2.StartInstances", "ec2.StopInstances", "ec2.TerminateInstances", "ec2.RebootInstances")
ALL_PORTS = (0, 65535)


def image_of(ec2: Any) -> str:
    """Return the id of an Amazon Linux 2 image of the client's region: unlike newer ones it does not ask for IMDSv2."""
    images = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-*"]}])["Images"]
    return str(images[0]["ImageId"])


def new_group(ec2: Any, name: str) -> str:
    """Make a security group in the default VPC."""
    return str(ec2.create_security_group(GroupName=name, Description=name)["GroupId"])


def default_group(ec2: Any) -> str:
    """Return the id of the security group that every VPC has, the default VPC's."""
    filters = [{"Name": "group-name", "Values": ["default"]}]
    return str(ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])


def new_vpc(ec2: Any, number: int) -> str:
    """Make a VPC."""
    return str(ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"])


def launch(ec2: Any, *counts: int) -> list[str]:
    """Launch instances, one reservation a count."""
    image, ids = image_of(ec2), []
    for count in counts:
        answer = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=count, MaxCount=count)
        ids += [str(instance["InstanceId"]) for instance in answer["Instances"]]
    return ids


def launch_apart(cloud: Any, ec2: Any, count: int) -> None:
    """Launch many instances, quickly, one reservation each: at once, and taken apart in the cloud's state."""
    asked = {"ImageId": image_of(ec2), "InstanceType": "t3.micro", "MinCount": count, "MaxCount": count}
    backend = cloud.state.backend("ec2", DEFAULT_ACCOUNT, ec2.meta.region_name)
    whole = backend.reservations.pop(ec2.run_instances(**asked)["ReservationId"])
    for instance in whole.instances:
        one = copy(whole)
        one.id, one.instances = f"{whole.id[:-8]}{instance.id[-8:]}", [instance]
        backend.reservations[one.id] = one


def states(cloud: Any, region: str) -> dict[str, str]:
    """Return id to state of the instances of a region, without a look that would count as one."""
    backend = cloud.state.backend("ec2", DEFAULT_ACCOUNT, region)
    return {instance.id: instance.state for instance in backend.all_instances()}


def settle(cloud: Any, ec2: Any) -> None:
    """Look at all instances until each is in a state that lasts, so that a check begins with known states."""
    for _ in range(5):
        if not {"pending", "stopping", "shutting-down"} & set(states(cloud, ec2.meta.region_name).values()):
            return
        ec2.describe_instances()


def stop_endless_looks(cloud: Any) -> None:
    """Have EC2 refuse to be asked for ever."""
    stop_endless_loops(cloud, *LOOKS)


def group(ec2: Any, group_id: str) -> dict[str, Any]:
    """Return a security group; an empty one where there is none of that id, which a learner's object cannot be."""
    groups = ec2.describe_security_groups()["SecurityGroups"] if isinstance(group_id, str) else []
    found = [one for one in groups if one["GroupId"] == group_id]
    return found[0] if found else {}


def lets_in(found: dict[str, Any]) -> dict[str, list[str]]:
    """Return what a group lets in: ``tcp 22`` or ``udp 0-65535`` to the networks, joined where they touch."""
    sources: dict[str, list[str]] = {}
    for rule in found.get("IpPermissions", []):
        ranges = [item["CidrIp"] for item in rule.get("IpRanges", [])]
        others = [item.get("GroupId", "") for item in rule.get("UserIdGroupPairs", [])]
        others += [item["PrefixListId"] for item in rule.get("PrefixListIds", [])]
        for port in _ports(rule):
            sources.setdefault(port, []).extend(ranges + others)
    return {port: _joined(found) for port, found in sources.items() if found}


def lets_in_ipv6(found: dict[str, Any], port: str) -> list[str]:
    """Return the IPv6 networks that a group lets in on a port."""
    rules = [rule for rule in found.get("IpPermissions", []) if port in _ports(rule)]
    return [item["CidrIpv6"] for rule in rules for item in rule.get("Ipv6Ranges", [])]


def covering(found: dict[str, Any], port: str) -> dict[str, list[str]]:
    """Return what a group lets in by rules for more than one port, such as ``tcp 22``, among them this one."""
    protocol, number = port.split()
    wider = {}
    for ports, sources in lets_in(found).items():
        kind, _, numbers = ports.partition(" ")
        first, _, last = numbers.partition("-")
        if last and kind in ("all", protocol) and int(first) <= int(number) <= int(last):
            wider[ports] = sources
    return wider


def _ports(rule: dict[str, Any]) -> list[str]:
    protocol = {"6": "tcp", "17": "udp", "-1": "all"}.get(str(rule["IpProtocol"]), str(rule["IpProtocol"]))
    first, last = rule.get("FromPort", ALL_PORTS[0]), rule.get("ToPort", ALL_PORTS[1])
    return [f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}"]


def _joined(sources: list[str]) -> list[str]:
    networks = [ipaddress.IPv4Network(source) for source in sources if "/" in source]
    return [str(network) for network in ipaddress.collapse_addresses(networks)] + sorted(
        source for source in sources if "/" not in source
    )
