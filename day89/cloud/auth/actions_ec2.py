"""Map calls of EC2: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"""

from __future__ import annotations

from typing import Any

from day89.cloud.auth.evaluate import Access

__all__ = ["ec2_accesses"]

# Parameter -> kind of resource in its ARN.
KINDS = {
    "InstanceId": "instance",
    "InstanceIds": "instance",
    "GroupId": "security-group",
    "VolumeId": "volume",
    "SubnetId": "subnet",
    "VpcId": "vpc",
    "ImageId": "image",
    "KeyName": "key-pair",
    "LaunchTemplateId": "launch-template",
    "AllocationId": "elastic-ip",
    "NetworkInterfaceId": "network-interface",
    "SnapshotId": "snapshot",
    "SpotInstanceRequestIds": "spot-instances-request",
}
PREFIXES = {
    "i": "instance",
    "sg": "security-group",
    "vol": "volume",
    "subnet": "subnet",
    "vpc": "vpc",
    "ami": "image",
    "eni": "network-interface",
    "key": "key-pair",
    "lt": "launch-template",
    "snap": "snapshot",
    "igw": "internet-gateway",
    "rtb": "route-table",
    "eipalloc": "elastic-ip",
}
# What a creating call makes: its resource has no name yet.
CREATED = {
    "CreateSecurityGroup": "security-group",
    "CreateLaunchTemplate": "launch-template",
    "CreateVolume": "volume",
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateImage": "image",
    "CreateSnapshot": "snapshot",
    "AllocateAddress": "elastic-ip",
    "RequestSpotInstances": "spot-instances-request",
}
OWNERLESS = frozenset({"image", "snapshot"})


def ec2_accesses(operation: str, params: dict[str, Any], region: str, account: str) -> list[Access]:
    """Return what a call of EC2 needs to be allowed.

    Args:
        operation: operation name.
        params: its parameters.
        region: AWS region.
        account: 12 digits.
    """
    if operation.startswith("Describe"):
        return [Access(f"ec2:{operation}", "*", {"ec2:region": region})]
    if operation == "RunInstances":
        return _run(params, region, account)
    context = _context(params, region)
    names = [CREATED[operation] + "/*"] if operation in CREATED else []
    names += [f"{kind}/{value}" for name, kind in KINDS.items() for value in _values(params.get(name))]
    names += [_by_id(value) for value in params.get("Resources") or []]
    arns = [_arn(name, region, account) for name in names] or ["*"]
    passed = [_pass_role(params, account)] if operation == "AssociateIamInstanceProfile" else []
    return [Access(f"ec2:{operation}", arn, context) for arn in arns] + [role for role in passed if role]


def _values(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []


def _by_id(identifier: str) -> str:
    return f"{PREFIXES.get(identifier.partition('-')[0], '*')}/{identifier}"


def _arn(name: str, region: str, account: str) -> str:
    return f"arn:aws:ec2:{region}:{'' if name.partition('/')[0] in OWNERLESS else account}:{name}"


def _context(params: dict[str, Any], region: str) -> dict[str, str | list[str]]:
    context: dict[str, str | list[str]] = {"ec2:region": region}
    specified = [tag for item in params.get("TagSpecifications") or [] for tag in item.get("Tags") or []]
    tags = specified + [tag for tag in params.get("Tags") or [] if isinstance(tag, dict)]
    for tag in tags:
        context[f"aws:requesttag/{str(tag.get('Key')).lower()}"] = str(tag.get("Value", ""))
    return context | ({"aws:tagkeys": [str(tag.get("Key")) for tag in tags]} if tags else {})


def _run(params: dict[str, Any], region: str, account: str) -> list[Access]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances"""
    context = _context(params, region)
    instance = dict(context) | {"ec2:instancetype": str(params.get("InstanceType") or "m1.small")}
    options = params.get("MetadataOptions") or {}
    instance |= {"ec2:metadatahttptokens": options["HttpTokens"]} if options.get("HttpTokens") else {}
    nics = params.get("NetworkInterfaces") or [{}]
    groups = _values(params.get("SecurityGroupIds")) or [g for nic in nics for g in _values(nic.get("Groups"))] or ["*"]
    template = params.get("LaunchTemplate") or {}
    template_id = template.get("LaunchTemplateId") or template.get("LaunchTemplateName")
    names = [
        f"image/{params.get('ImageId') or '*'}",
        f"subnet/{params.get('SubnetId') or nics[0].get('SubnetId') or '*'}",
    ]
    names += [f"security-group/{group}" for group in groups] + ["network-interface/*", "volume/*"]
    names += [f"key-pair/{params['KeyName']}"] if params.get("KeyName") else []
    names += [f"launch-template/{template_id}"] if template_id else []
    found = [Access("ec2:RunInstances", _arn("instance/*", region, account), instance)]
    found += [Access("ec2:RunInstances", _arn(name, region, account), context) for name in names]
    if params.get("TagSpecifications"):
        action = {"ec2:createaction": "RunInstances"}
        kinds = [str(item.get("ResourceType")) for item in params["TagSpecifications"]]
        found += [Access("ec2:CreateTags", _arn(f"{kind}/*", region, account), context | action) for kind in kinds]
    role = _pass_role(params, account)
    return found + ([role] if role else [])


def _pass_role(params: dict[str, Any], account: str) -> Access | None:
    """Return the right to pass a profile's role; the gate puts the role's ARN in the place of the profile's name."""
    profile = params.get("IamInstanceProfile") or {}
    name = profile.get("Name") or str(profile.get("Arn") or "").rpartition("/")[2]
    context = {"iam:passedtoservice": "ec2.amazonaws.com", "day89:profile": name}
    return Access("iam:PassRole", f"arn:aws:iam::{account}:role/{name}", context) if name else None
