"""Refuse calls about networks and security groups as EC2 does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

PROTOCOLS = frozenset({"tcp", "udp", "icmp", "icmpv6", "-1"})
GROUP_TEXT = re.compile(r"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$")


def group_text(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names and descriptions with other letters: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"""
    for name in ("GroupName", "Description", "GroupDescription"):
        text = call.params.get(name)
        if text is not None and not GROUP_TEXT.match(text):
            return _value(
                f"Value ({text}) for parameter {name} is invalid. Character sets beyond ASCII are not supported."
            )
    if call.params.get("GroupName") == "default":
        return _value("Cannot use reserved security group name: default")
    if str(call.params.get("GroupName", "")).startswith("sg-"):
        return _value("Group names may not be in the format sg-*.")
    return None


def network_there(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse networks that are not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    wanted = call.params.get("VpcId")
    if wanted is None or wanted in state.backend("ec2", call.account, call.region).vpcs:
        return None
    return AwsError("InvalidVpcID.NotFound", f"The vpc ID '{wanted}' does not exist")


def port_range(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ranges that run backwards or past 65535: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"""
    for rule in [*(call.params.get("IpPermissions") or []), call.params]:
        if str(rule.get("IpProtocol")) not in ("tcp", "udp", "6", "17"):
            continue
        if rule.get("FromPort") is None or rule.get("ToPort") is None:
            return _value("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
        first, last = int(rule["FromPort"]), int(rule.get("ToPort") or rule["FromPort"])
        if not 0 <= first <= last <= 65535:
            return _value(f"Invalid {str(rule['IpProtocol']).upper()} port range ({first}:{last})")
    return None


def rule_descriptions(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse descriptions of rules with other letters: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html"""
    kinds = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
    rules = call.params.get("IpPermissions") or []
    texts = [one.get("Description") for rule in rules for kind in kinds for one in rule.get(kind) or []]
    if all(text is None or text == "" or GROUP_TEXT.match(text) for text in texts):
        return None
    return _value(
        "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: "
        "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
    )


def protocols(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse rules without any, and protocols that there are not: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"""
    rules = call.params.get("IpPermissions") or []
    named = ("IpProtocol", "CidrIp", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "SecurityGroupRuleIds")
    if not rules and not any(call.params.get(name) for name in named):
        return AwsError("MissingParameter", "The request must contain the parameter ipPermissions")
    for rule in [*rules, call.params]:
        given = str(rule.get("IpProtocol", "-1")).lower()
        if given not in PROTOCOLS and not (given.isdecimal() and int(given) <= 255):
            return _value(f"Invalid value '{given}' for IP protocol. Unknown protocol.")
    return None


def subnet_size(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse subnets over /16 or under /28: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html"""
    given = str(call.params.get("CidrBlock") or "")
    length = given.rpartition("/")[2]
    if "/" not in given or not length.isdecimal() or 16 <= int(length) <= 28 or int(length) > 32:
        return None
    return AwsError("InvalidSubnet.Range", f"The CIDR '{given}' is invalid.")


def one_gateway(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a second internet gateway of a network: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html"""
    wanted, network = call.params.get("InternetGatewayId"), call.params.get("VpcId")
    gateways = state.backend("ec2", call.account, call.region).internet_gateways.values()
    if not any(one.vpc is not None and one.vpc.id == network and one.id != wanted for one in gateways):
        return None
    return _value(f"Network {network} already has an internet gateway attached")


def main_table(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete the main route table of a network: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html"""
    wanted = call.params.get("RouteTableId")
    found = state.backend("ec2", call.account, call.region).route_tables.get(wanted)
    if found is None or not found.main_association_id:
        return None
    return AwsError("DependencyViolation", f"The routeTable '{wanted}' has dependencies and cannot be deleted.")


def group_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a group that something still wears: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"""
    backend = state.backend("ec2", call.account, call.region)
    group = backend.get_security_group_by_name_or_id(call.params.get("GroupId") or call.params.get("GroupName"))
    if group is None:
        return None
    if group.name == "default":
        return AwsError(
            "CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        )
    worn = any(
        group.id in {one.id for one in [*instance.security_groups, *_nic_groups(instance)]}
        for instance in backend.all_instances()
        if instance.state != "terminated"
    )
    return AwsError("DependencyViolation", f"resource {group.id} has a dependent object") if worn else None


def _nic_groups(instance: Any) -> list[Any]:
    return [group for nic in instance.nics.values() for group in nic._group_set]


def subnet_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a subnet in which something is: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html"""
    wanted = call.params.get("SubnetId")
    for instance in state.backend("ec2", call.account, call.region).all_instances():
        if instance.state != "terminated" and wanted in {nic.subnet.id for nic in instance.nics.values()}:
            return AwsError("DependencyViolation", f"The subnet '{wanted}' has dependencies and cannot be deleted.")
    return None


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "ec2.CreateSecurityGroup": (group_text, network_there),
    "ec2.AuthorizeSecurityGroupIngress": (protocols, port_range, rule_descriptions),
    "ec2.AuthorizeSecurityGroupEgress": (protocols, port_range, rule_descriptions),
    "ec2.CreateSubnet": (subnet_size,),
    "ec2.AttachInternetGateway": (one_gateway,),
    "ec2.DeleteRouteTable": (main_table,),
    "ec2.UpdateSecurityGroupRuleDescriptionsIngress": (rule_descriptions,),
    "ec2.UpdateSecurityGroupRuleDescriptionsEgress": (rule_descriptions,),
    "ec2.DeleteSecurityGroup": (group_in_use,),
    "ec2.DeleteSubnet": (subnet_in_use,),
}
