"""Refuse ids and names of EC2 that are malformed, or that nothing has.

Error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES", "malformed"]

# Beginning of an id: the error code where the rest is none.
FORMS = {
    "sg": ("InvalidGroupId.Malformed", 'Invalid id: "{id}" (expecting "sg-...")'),
    "vol": ("InvalidParameterValue", "Value ({id}) for parameter volumeId is invalid. Expected: 'vol-...'."),
    "snap": ("InvalidParameterValue", "Value ({id}) for parameter snapshotId is invalid. Expected: 'snap-...'."),
    "lt": ("InvalidLaunchTemplateId.Malformed", "The launch template ID '{id}' is malformed"),
}
PARAMETERS = {"Group": "sg", "SecurityGroup": "sg", "Volume": "vol", "Snapshot": "snap", "LaunchTemplate": "lt"}
REST = re.compile(r"[0-9a-f]{8}|[0-9a-f]{17}")
# Operation: parameter with ids, moto's collection of such things, error code, message.
THERE: Mapping[str, tuple[str, str, str, str]] = {
    "DescribeLaunchTemplates": (
        "LaunchTemplateIds",
        "launch_templates",
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with template ID {id}, does not exist.",
    ),
    "DescribeNatGateways": ("NatGatewayIds", "nat_gateways", "NatGatewayNotFound", "NatGateway {id} was not found"),
    "DeleteNatGateway": ("NatGatewayId", "nat_gateways", "NatGatewayNotFound", "NatGateway {id} was not found"),
    "DescribeNetworkAcls": (
        "NetworkAclIds",
        "network_acls",
        "InvalidNetworkAclID.NotFound",
        "The networkAcl ID '{id}' does not exist",
    ),
    "DescribeVpcPeeringConnections": (
        "VpcPeeringConnectionIds",
        "vpc_pcxs",
        "InvalidVpcPeeringConnectionID.NotFound",
        "The vpcPeeringConnection ID '{id}' does not exist",
    ),
}


def malformed(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ids of groups, volumes, snapshots and launch templates that are not formed like one."""
    for kind, prefix in PARAMETERS.items():
        for given in _ids(call.params, f"{kind}Id"):
            start, _, rest = given.partition("-")
            if start != prefix or not REST.fullmatch(rest):
                code, message = FORMS[prefix]
                return AwsError(code, message.format(id=given))
    return None


def _ids(params: Mapping[str, Any], name: str) -> Iterator[str]:
    one, several = params.get(name), params.get(f"{name}s")
    yield from [one] if isinstance(one, str) and one else []
    yield from (str(each) for each in several if each) if isinstance(several, list) else []


def there(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ids that nothing has, where moto finds none and says nothing."""
    name, collection, code, message = THERE[call.operation]
    known = getattr(state.backend("ec2", call.account, call.region), collection)
    for given in _ids(call.params, name.removesuffix("s")):
        if given not in known:
            return AwsError(code, message.format(id=given))
    return None


def template(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse launch templates and versions of them that are not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateSpecification.html"""
    of_launch = call.operation == "RunInstances"
    given = (call.params.get("LaunchTemplate") or {}) if of_launch else call.params
    template_id, name = given.get("LaunchTemplateId"), given.get("LaunchTemplateName")
    if not template_id and not name:
        return None
    backend = state.backend("ec2", call.account, call.region)
    if template_id and template_id not in backend.launch_templates:
        message = f"The specified launch template, with template ID {template_id}, does not exist."
        return AwsError("InvalidLaunchTemplateId.NotFound", message)
    if name and name not in backend.launch_template_name_to_ids:
        message = f"The specified launch template, with template name {name}, does not exist."
        return AwsError("InvalidLaunchTemplateName.NotFoundException", message)
    version = str(given.get("Version") or "$Default") if of_launch else "$Default"
    found = backend.launch_templates[template_id or backend.launch_template_name_to_ids[name]]
    if version in ("$Default", "$Latest") or version in {str(one.number) for one in found.versions}:
        return None
    message = f"Could not find the specified version {version} for the launch template with ID {found.id}."
    return AwsError("InvalidLaunchTemplateId.VersionNotFound", message)


def template_data(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a launch template that says nothing: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"""
    if call.params.get("LaunchTemplateData"):
        return None
    return AwsError("MissingParameter", "The request must contain the parameter LaunchTemplateData")


def places(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse zones and regions that there are not: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html"""
    backend = state.backend("ec2", call.account, call.region)
    if call.operation == "DescribeRegions":
        known, named, kind = {one.name for one in backend.describe_regions()}, call.params.get("RegionNames"), "region"
    else:
        zones = backend.describe_availability_zones()
        known, named, kind = {one.name for one in zones}, call.params.get("ZoneNames"), "availability zone"
    missing = [one for one in named or [] if one not in known]
    return AwsError("InvalidParameterValue", f"Invalid {kind}: [{', '.join(missing)}]") if missing else None


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    **{f"ec2.{operation}": (there,) for operation in THERE},
    "ec2.RunInstances": (template,),
    "ec2.CreateLaunchTemplate": (template_data,),
    "ec2.CreateLaunchTemplateVersion": (template, template_data),
    "ec2.DeleteLaunchTemplate": (template,),
    "ec2.DeleteLaunchTemplateVersions": (template,),
    "ec2.ModifyLaunchTemplate": (template,),
    "ec2.DescribeLaunchTemplateVersions": (template,),
    "ec2.DescribeAvailabilityZones": (places,),
    "ec2.DescribeRegions": (places,),
}
