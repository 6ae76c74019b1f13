"""Lay out the network that instances stand in: a VPC with subnets, and who may come in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, NotFoundError, error_code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

__all__ = ["Network", "create_security_group", "create_vpc", "delete_vpc"]

SSH_PORT = 22
SUBNET_BITS = 8  # a /16 network is cut into /24 subnets of 251 addresses each
EVERYONE = "0.0.0.0/0"


@dataclass(frozen=True)
class Network:
    """The parts of a VPC; ``gateway_id`` is None where it has no way to the internet."""

    vpc_id: str
    subnet_ids: tuple[str, ...]
    gateway_id: str | None


def create_vpc(
    ec2: EC2Client, name: str, *, cidr: str = "10.0.0.0/16", subnets: int = 2, internet: bool = True
) -> Network:
    """Make a VPC with one subnet in each of the first availability zones, or complete the one with this name.

    Args:
        ec2: EC2 client.
        name: tag ``Name`` of all parts, by which it is found again.
        cidr: its IPv4 network, ``/16`` to ``/20``.
        subnets: how many, in as many zones.
        internet: give it an internet gateway, a route there, and public addresses.

    Raises:
        InvalidInputError: a network that cannot be cut that way, or more subnets than the region has zones.

    See https://docs.aws.amazon.com/vpc/latest/userguide/create-vpc.html
    """
    network = _network(cidr, 16, 20)
    answer = ec2.describe_availability_zones(Filters=[{"Name": "state", "Values": ["available"]}])
    zones = [zone["ZoneName"] for zone in answer["AvailabilityZones"]]
    if not 1 <= subnets <= len(zones):
        raise InvalidInputError(f"{ec2.meta.region_name} has {len(zones)} zones: {subnets} subnets cannot be placed")
    vpc_id = _find_or_create_vpc(ec2, name, str(network))
    ids = tuple(
        _find_or_create_subnet(ec2, name, vpc_id, zone, str(block), internet)
        for zone, block in zip(zones[:subnets], network.subnets(prefixlen_diff=SUBNET_BITS), strict=False)
    )
    return Network(vpc_id, ids, _open_to_internet(ec2, name, vpc_id) if internet else None)


def delete_vpc(ec2: EC2Client, vpc_id: str) -> None:
    """Delete a VPC with its subnets, security groups and internet gateway.

    Raises:
        NotFoundError: no such VPC.
        ClientError: ``DependencyViolation``, while instances stand in it.
    """
    inside: Any = [{"Name": "vpc-id", "Values": [vpc_id]}]
    _check_vpc(ec2, vpc_id)
    for page in ec2.get_paginator("describe_subnets").paginate(Filters=inside):
        for subnet in page["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for sheet in ec2.get_paginator("describe_security_groups").paginate(Filters=inside):
        for group in sheet["SecurityGroups"]:
            if group["GroupName"] != "default":  # the default group goes with its VPC
                ec2.delete_security_group(GroupId=group["GroupId"])
    attached: Any = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc_id)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    ec2.delete_vpc(VpcId=vpc_id)


def create_security_group(ec2: EC2Client, vpc_id: str, name: str, *, admin_cidr: str, app_port: int = 5000) -> str:
    """Make a group that lets in SSH from one network and the application's port from anywhere, on IPv4, or correct it.

    Run again it finds the group by its name and brings its incoming IPv4 rules to exactly these two.

    Args:
        ec2: EC2 client.
        vpc_id: the VPC.
        name: name of the group.
        admin_cidr: IPv4 network from which SSH is let in, such as ``"203.0.113.7/32"``.
        app_port: TCP port of the application.

    Returns:
        The id of the group.

    Raises:
        InvalidInputError: ``admin_cidr`` is no IPv4 network, has host bits, or means everyone; ``app_port`` is no port
            or would open SSH to everyone.
        NotFoundError: no such VPC.

    See https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    admin = _network(admin_cidr, 1, 32)
    if not 1 <= app_port <= 65535 or app_port == SSH_PORT:
        raise InvalidInputError(f"app_port must be a port from 1 to 65535 other than {SSH_PORT}, not {app_port}")
    wanted = {("tcp", SSH_PORT, SSH_PORT, str(admin)), ("tcp", app_port, app_port, EVERYONE)}
    group_id = _find_or_create_group(ec2, vpc_id, name)
    there = _incoming_ipv4(ec2, group_id)
    if extra := there - wanted:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=[_permission(*rule) for rule in extra])
    for rule in sorted(wanted - there):
        _ignore(
            "InvalidPermission.Duplicate",
            ec2.authorize_security_group_ingress,
            GroupId=group_id,
            IpPermissions=[_permission(*rule)],
        )
    return group_id


Rule = tuple[str, int | None, int | None, str]


def _incoming_ipv4(ec2: EC2Client, group_id: str) -> set[Rule]:
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    return {
        (item["IpProtocol"], item.get("FromPort"), item.get("ToPort"), block["CidrIp"])
        for item in group["IpPermissions"]
        for block in item.get("IpRanges", [])
    }


def _permission(protocol: str, first: int | None, last: int | None, cidr: str) -> Any:
    ports = {} if first is None else {"FromPort": first, "ToPort": last}
    return {"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": cidr}]}


def _find_or_create_group(ec2: EC2Client, vpc_id: str, name: str) -> str:
    same: Any = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
    for page in ec2.get_paginator("describe_security_groups").paginate(Filters=same):
        for group in page["SecurityGroups"]:
            return group["GroupId"]
    _check_vpc(ec2, vpc_id)
    answer = ec2.create_security_group(
        VpcId=vpc_id, GroupName=name, Description=f"SSH from the administrator, the application of {name}"
    )
    group_id = answer["GroupId"]
    ec2.get_waiter("security_group_exists").wait(GroupIds=[group_id])
    return group_id


def _find_or_create_vpc(ec2: EC2Client, name: str, cidr: str) -> str:
    named: Any = [{"Name": "tag:Name", "Values": [name]}]
    for page in ec2.get_paginator("describe_vpcs").paginate(Filters=named):
        for vpc in page["Vpcs"]:
            if vpc["CidrBlock"] != cidr:
                raise InvalidInputError(f"VPC {name} is there with the network {vpc['CidrBlock']}, not {cidr}")
            return vpc["VpcId"]
    vpc_id = ec2.create_vpc(CidrBlock=cidr, TagSpecifications=_named("vpc", name))["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc_id])
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    return vpc_id


def _find_or_create_subnet(ec2: EC2Client, name: str, vpc_id: str, zone: str, cidr: str, public: bool) -> str:
    same: Any = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "cidr-block", "Values": [cidr]}]
    for page in ec2.get_paginator("describe_subnets").paginate(Filters=same):
        for subnet in page["Subnets"]:
            return subnet["SubnetId"]
    answer = ec2.create_subnet(
        VpcId=vpc_id, AvailabilityZone=zone, CidrBlock=cidr, TagSpecifications=_named("subnet", f"{name} {zone}")
    )
    subnet_id = answer["Subnet"]["SubnetId"]
    ec2.get_waiter("subnet_available").wait(SubnetIds=[subnet_id])
    if public:
        ec2.modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True})
    return subnet_id


def _open_to_internet(ec2: EC2Client, name: str, vpc_id: str) -> str:
    attached: Any = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    there = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    if there:
        gateway_id = there[0]["InternetGatewayId"]
    else:
        made = ec2.create_internet_gateway(TagSpecifications=_named("internet-gateway", name))
        gateway_id = made["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    main: Any = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    table = ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"]
    _ignore(
        "RouteAlreadyExists", ec2.create_route, RouteTableId=table, DestinationCidrBlock=EVERYONE, GatewayId=gateway_id
    )
    return gateway_id


def _check_vpc(ec2: EC2Client, vpc_id: str) -> None:
    try:
        ec2.describe_vpcs(VpcIds=[vpc_id])
    except ClientError as error:
        if error_code(error) == "InvalidVpcID.NotFound":
            raise NotFoundError(f"VPC {vpc_id} does not exist") from error
        raise


def _network(cidr: str, shortest: int, longest: int) -> ipaddress.IPv4Network:
    try:
        network = ipaddress.IPv4Network(cidr)  # strict: 10.0.0.5/8 would let in more than was meant
    except ValueError as error:
        raise InvalidInputError(f"{cidr!r} is not an IPv4 network such as 203.0.113.0/24: {error}") from error
    if not shortest <= network.prefixlen <= longest:
        raise InvalidInputError(f"{cidr} is a /{network.prefixlen} network; /{shortest} to /{longest} is allowed here")
    return network


def _named(kind: str, name: str) -> Any:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def _ignore(code: str, call: Any, **arguments: Any) -> None:
    try:
        call(**arguments)
    except ClientError as error:
        if error_code(error) != code:
            raise
