"""Map an API call to the IAM actions, resources and condition keys that it needs.

One table for both directions: the gate asks it whether a call may pass, the call log asks it for the least policy under
which the calls of a program pass. Actions and resources are those of the Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from day89.cloud.auth.actions_ec2 import ec2_accesses
from day89.cloud.auth.actions_s3 import s3_accesses
from day89.cloud.auth.evaluate import Access

__all__ = ["NO_PERMISSION_NEEDED", "CallFacts", "accesses_of"]

# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
NO_PERMISSION_NEEDED = frozenset({"sts.GetCallerIdentity", "sts.GetSessionToken"})
EC2_PASSES_TO = "ec2.amazonaws.com"


class CallFacts(Protocol):
    """The parts of a call that decide its actions; an ApiCall has them, and so has a call of the log."""

    service: str
    operation: str
    region: str
    account: str
    params: dict[str, Any]


def accesses_of(call: CallFacts) -> list[Access]:
    """Return what a call needs to be allowed, all of it.

    Args:
        call: a call.

    Returns:
        Accesses; none where no permission is needed.
    """
    if f"{call.service}.{call.operation}" in NO_PERMISSION_NEEDED:
        return []
    if call.service == "s3":
        return s3_accesses(call.operation, call.params)
    if call.service == "ec2":
        return ec2_accesses(call.operation, call.params, call.region, call.account)
    resources = RESOURCES[call.service](call) if call.service in RESOURCES else ["*"]
    context = _context(call)
    found = [Access(f"{call.service}:{call.operation}", resource, context) for resource in resources]
    return found + _passed_roles(call)


def _iam(call: CallFacts) -> list[str]:
    arn = f"arn:aws:iam::{call.account}:"
    kinds = {"RoleName": "role", "InstanceProfileName": "instance-profile", "UserName": "user", "GroupName": "group"}
    order = ("InstanceProfileName", "RoleName", "UserName", "GroupName")
    for name in order:
        if call.params.get(name):
            return [f"{arn}{kinds[name]}{call.params.get('Path') or '/'}{call.params[name]}"]
    if call.params.get("PolicyArn"):
        return [call.params["PolicyArn"]]
    return (
        [f"{arn}policy{call.params.get('Path') or '/'}{call.params['PolicyName']}"]
        if call.params.get("PolicyName")
        else ["*"]
    )


def _ssm(call: CallFacts) -> list[str]:
    names = [call.params["Name"]] if "Name" in call.params else call.params.get("Names") or []
    if call.operation.startswith("GetParametersByPath"):
        names = [call.params.get("Path", "/")]
    if "Parameter" not in call.operation or not names:
        return ["*"]
    # The public parameters belong to no account.
    owners = ["" if name.startswith("/aws/") else call.account for name in names]
    pairs = zip(owners, names, strict=True)
    return [f"arn:aws:ssm:{call.region}:{owner}:parameter/{name.lstrip('/')}" for owner, name in pairs]


def _cloudwatch(call: CallFacts) -> list[str]:
    names = call.params.get("AlarmNames") or ([call.params["AlarmName"]] if call.params.get("AlarmName") else [])
    return [f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{name}" for name in names] or ["*"]


def _logs(call: CallFacts) -> list[str]:
    group, stream = call.params.get("logGroupName"), call.params.get("logStreamName")
    if not group:
        return ["*"]
    return [
        f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:" + (f"log-stream:{stream}" if stream else "*")
    ]


def _sqs(call: CallFacts) -> list[str]:
    name = call.params.get("QueueName") or str(call.params.get("QueueUrl", "")).rpartition("/")[2]
    return [f"arn:aws:sqs:{call.region}:{call.account}:{name}"] if name else ["*"]


def _sts(call: CallFacts) -> list[str]:
    return [call.params["RoleArn"]] if call.params.get("RoleArn") else ["*"]


def _autoscaling(call: CallFacts) -> list[str]:
    name = call.params.get("AutoScalingGroupName")
    if call.operation.startswith("Describe") or not name:
        return ["*"]
    return [f"arn:aws:autoscaling:{call.region}:{call.account}:autoScalingGroup:*:autoScalingGroupName/{name}"]


RESOURCES: Mapping[str, Callable[[CallFacts], list[str]]] = {
    "iam": _iam,
    "ssm": _ssm,
    "cloudwatch": _cloudwatch,
    "logs": _logs,
    "sqs": _sqs,
    "sts": _sts,
    "autoscaling": _autoscaling,
}


def _context(call: CallFacts) -> dict[str, str | list[str]]:
    context: dict[str, str | list[str]] = {}
    if call.service == "cloudwatch" and call.params.get("Namespace"):
        context["cloudwatch:namespace"] = call.params["Namespace"]
    if call.service == "iam" and call.params.get("PolicyArn"):
        context["iam:policyarn"] = call.params["PolicyArn"]
    if call.service == "iam" and call.params.get("PermissionsBoundary"):
        context["iam:permissionsboundary"] = call.params["PermissionsBoundary"]
    for tag in call.params.get("Tags") or []:
        if isinstance(tag, dict) and "Key" in tag:
            context[f"aws:requesttag/{tag['Key'].lower()}"] = str(tag.get("Value", ""))
    return context


def _passed_roles(call: CallFacts) -> list[Access]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    if call.service == "iam" and call.operation == "AddRoleToInstanceProfile":
        arn = f"arn:aws:iam::{call.account}:role/{call.params.get('RoleName')}"
        return [Access("iam:PassRole", arn, {"iam:passedtoservice": EC2_PASSES_TO})]
    return []
