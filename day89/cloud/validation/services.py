"""Refuse calls of IAM, STS, Auto Scaling and CloudWatch as those services do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.auth.evaluate import parse_policy, trusts
from day89.cloud.auth.keys import find_key
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.principals import unknown_principal

__all__ = ["RULES"]

ENTITY = re.compile(r"^[\w+=,.@-]+$", re.ASCII)
STATISTICS = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
COMPARISONS = frozenset(
    {
        *(f"{word}Threshold" for word in ("GreaterThan", "LessThan", "GreaterThanOrEqualTo", "LessThanOrEqualTo")),
        *(f"{word}Threshold" for word in ("LessThanLowerOrGreaterThanUpper", "LessThanLower", "GreaterThanUpper")),
    }
)


def trust_policy(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse trust policies that IAM cannot take: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    text = call.params.get("AssumeRolePolicyDocument") or call.params.get("PolicyDocument") or ""
    try:
        document = json.loads(text)
    except ValueError:
        return _malformed("This policy contains invalid Json")
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not statements:
        return _malformed("Syntax errors in policy.")
    for statement in statements if isinstance(statements, list) else [statements]:
        problem = _trust_problem(statement)
        if problem:
            return _malformed(problem)
        unknown = unknown_principal(statement, state, call.account)
        if unknown is not None:
            return _malformed(f'Invalid principal in policy: "AWS":"{unknown}"')
    return None


def _trust_problem(statement: Any) -> str | None:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        return "Syntax errors in policy."
    if "Resource" in statement:
        return "Has prohibited field Resource"
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "Missing required field Principal"
    if "Action" not in statement and "NotAction" not in statement:
        return "Missing required field Action"
    actions = statement.get("Action", [])
    for action in actions if isinstance(actions, list) else [actions]:
        if action != "*" and not str(action).lower().startswith("sts:"):
            return "AssumeRole policy may only specify STS AssumeRole actions."
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    for service in services if isinstance(services, list) else [services]:
        if not str(service).endswith((".amazonaws.com", ".amazonaws.com.cn")):
            return f'Invalid principal in policy: "SERVICE":"{service}"'
    return None


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message)


def new_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a name that differs from another only by capitals: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    iam = state.backend("iam", call.account)
    for kind, things in (("Role", iam.roles), ("User", iam.users), ("InstanceProfile", iam.instance_profiles)):
        if call.operation != f"Create{kind}":
            continue
        name = str(call.params.get(f"{kind}Name", ""))
        if any(one.name.lower() == name.lower() for one in things.values()):
            return AwsError("EntityAlreadyExists", f"{kind} with name {name} already exists.", 409)
    return None


def role_not_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a role that something holds: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    iam, name = state.backend("iam", call.account), call.params.get("RoleName")
    role = next((one for one in iam.roles.values() if one.name == name), None)
    if role is None:
        return None
    if any(role in profile.roles for profile in iam.instance_profiles.values()):
        return _conflict("Cannot delete entity, must remove roles from instance profile first.")
    if role.managed_policies:
        return _conflict("Cannot delete entity, must detach all policies first.")
    return _conflict("Cannot delete entity, must delete policies first.") if role.policies else None


def profile_not_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a profile that holds a role: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html"""
    profiles = state.backend("iam", call.account).instance_profiles.values()
    found = next((one for one in profiles if one.name == call.params.get("InstanceProfileName")), None)
    if found is None or not found.roles:
        return None
    return _conflict("Cannot delete entity, must remove roles from instance profile first.")


def one_role(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a second role in a profile: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    profiles = state.backend("iam", call.account).instance_profiles.values()
    found = next((one for one in profiles if one.name == call.params.get("InstanceProfileName")), None)
    if found is None or not found.roles:
        return None
    return AwsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409)


def held_role(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to take out a role that is not in the profile: https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html"""
    profiles = state.backend("iam", call.account).instance_profiles.values()
    found = next((one for one in profiles if one.name == call.params.get("InstanceProfileName")), None)
    name = call.params.get("RoleName")
    if found is None or any(role.name == name for role in found.roles):
        return None
    return AwsError("NoSuchEntity", f"Role {name} doesn't exist in Instance Profile {found.name}", 404)


def _conflict(message: str) -> AwsError:
    return AwsError("DeleteConflict", message, 409)


def group_sizes(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse sizes out of order: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"""
    groups = state.backend("autoscaling", call.account, call.region).autoscaling_groups
    old = groups.get(call.params.get("AutoScalingGroupName", ""))
    if old is None and call.operation != "CreateAutoScalingGroup":
        return None
    wanted = max(_number(call, "MinSize", 0), _number(call, "DesiredCapacity", 0))
    if wanted > state.vcpu_limit:
        message = f"{wanted} instances need more vCPUs than your current vCPU limit of {state.vcpu_limit} allows."
        return AwsError("LimitExceeded", message)
    least = _number(call, "MinSize", getattr(old, "min_size", 0))
    most = _number(call, "MaxSize", getattr(old, "max_size", 0))
    asked = call.params.get("DesiredCapacity")
    if least > most:
        return AwsError("ValidationError", f"Max bound, {most}, must be greater than or equal to min bound, {least}.")
    if asked is not None and not least <= int(asked) <= most:
        word = f"above max value {most}" if int(asked) > most else f"below min value {least}"
        return AwsError("ValidationError", f"New SetDesiredCapacity value {asked} is {word} for the AutoScalingGroup.")
    return None


def _number(call: ApiCall, name: str, otherwise: Any) -> int:
    given = call.params.get(name)
    return int(otherwise or 0) if given is None else int(given)


def own_namespace(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse data in AWS's own namespaces: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
    if not str(call.params.get("Namespace", "")).startswith("AWS/"):
        return None
    message = "The value AWS/ for parameter Namespace is invalid."
    return AwsError("InvalidParameterValue", message)


def alarm_settings(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse words and periods that do not exist: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    for name, known in (("ComparisonOperator", COMPARISONS), ("Statistic", STATISTICS)):
        given = call.params.get(name)
        if given is not None and given not in known:
            field = name[0].lower() + name[1:]
            return _validation(
                f"1 validation error detected: Value '{given}' at '{field}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(sorted(known))}]"
            )
    period = int(call.params.get("Period") or 60)
    if period in (10, 20, 30) or period % 60 == 0:
        return None
    return _validation("Period must be 10, 20, 30 or a multiple of 60")


def group_there(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse groups that are not there: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html"""
    name = call.params.get("AutoScalingGroupName", "")
    if name in state.backend("autoscaling", call.account, call.region).autoscaling_groups:
        return None
    return _validation(f"AutoScalingGroup name not found - no such group: {name}")


def entity_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names that IAM does not take: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    for name, most in (("RoleName", 64), ("UserName", 64), ("PolicyName", 128), ("InstanceProfileName", 128)):
        given = call.params.get(name)
        if given is not None and not (len(given) <= most and ENTITY.match(given)):
            field = name[0].lower() + name[1:]
            return _validation(
                f"The specified value for {field} is invalid. It must contain only alphanumeric characters and/or the "
                f"following: +=,.@_-, and at most {most} of them"
            )
    return None


def no_principal(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a principal in a policy of one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    try:
        statements = json.loads(call.params.get("PolicyDocument") or "").get("Statement") or []
    except (ValueError, AttributeError):
        return None  # moto says what is wrong with it
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and {"Principal", "NotPrincipal"} & set(statement):
            return _malformed("Policy document should not specify a principal.")
    return None


def role_trusts_caller(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse roles that are not there or do not trust who asks: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    arn = str(call.params.get("RoleArn", ""))
    account = arn.split(":")[4] if arn.count(":") >= 5 else call.account
    role = next((one for one in state.backend("iam", account).roles.values() if one.arn == arn), None)
    key = find_key(state, call.access_key or "")
    context = {"sts:externalid": str(call.params.get("ExternalId") or ""), "sts:rolesessionname": _session(call)}
    document = parse_policy(role.assume_role_policy_document) if role is not None else None
    if key is not None and trusts(document, key.principal, context):
        return None
    who = call.principal or f"arn:aws:iam::{call.account}:root"
    return AwsError("AccessDenied", f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403)


def _session(call: ApiCall) -> str:
    return str(call.params.get("RoleSessionName", ""))


def _validation(message: str) -> AwsError:
    return AwsError("ValidationError", message)


NAMES = (entity_name,)
POLICY = (entity_name, no_principal)
RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "iam.CreateRole": (entity_name, trust_policy, new_name),
    "iam.CreateUser": (entity_name, new_name),
    "iam.CreateInstanceProfile": (entity_name, new_name),
    "iam.CreatePolicy": POLICY,
    "iam.CreatePolicyVersion": POLICY,
    "iam.PutRolePolicy": POLICY,
    "iam.PutUserPolicy": POLICY,
    "iam.PutGroupPolicy": POLICY,
    "iam.UpdateAssumeRolePolicy": (trust_policy,),
    "iam.DeleteRole": (role_not_in_use,),
    "iam.DeleteInstanceProfile": (profile_not_in_use,),
    "iam.AddRoleToInstanceProfile": (one_role,),
    "iam.RemoveRoleFromInstanceProfile": (held_role,),
    "autoscaling.CreateAutoScalingGroup": (group_sizes,),
    "autoscaling.UpdateAutoScalingGroup": (group_there, group_sizes),
    "autoscaling.SetDesiredCapacity": (group_there, group_sizes),
    "autoscaling.DeleteAutoScalingGroup": (group_there,),
    "cloudwatch.PutMetricAlarm": (alarm_settings,),
    "cloudwatch.PutMetricData": (own_namespace,),
    "sts.AssumeRole": (role_trusts_caller,),
}
