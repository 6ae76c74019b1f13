"""Answer what moto's EC2 does not, or not in full: zones, the groups of a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from day89.cloud.messages.errors import XML, Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import element
from day89.cloud.moto.state import CloudState

__all__ = ["AFTER", "BEFORE"]

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
ZONE = re.compile(rb"(<item>(?:(?!</item>).)*?<zoneName>(?:(?!</item>).)*?)(</item>)", re.DOTALL)


def zones(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Name the groups that a zone belongs to: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZone.html"""
    told = element("optInStatus", "opt-in-not-required") + element("groupName", f"{call.region}-zg-1")
    told += element("networkBorderGroup", call.region)
    return with_body(answer, ZONE.sub(rb"\1" + told.encode() + rb"\2", answer[2]))


def groups_of_network(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetSecurityGroupsForVpc: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html"""
    wanted = call.params["VpcId"]
    backend = state.backend("ec2", call.account, call.region)
    found = [group for group in backend.describe_security_groups() if group.vpc_id == wanted]
    each = "".join(
        "<item>"
        + element("groupId", group.id)
        + element("groupName", group.name)
        + element("description", group.description)
        + element("ownerId", call.account)
        + element("primaryVpcId", group.vpc_id)
        + "</item>"
        for group in found
    )
    name = "GetSecurityGroupsForVpcResponse"
    text = f'{XML}<{name} xmlns="{NAMESPACE}"><securityGroupForVpcSet>{each}</securityGroupForVpcSet></{name}>'
    return 200, {"content-type": "text/xml"}, text.encode()


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "ec2.GetSecurityGroupsForVpc": (groups_of_network,),
}
AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "ec2.DescribeAvailabilityZones": (zones,),
}
