"""Refuse what IAM and STS refuse: ARNs that are none, sessions and tags that are malformed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
SESSION_SECONDS = range(900, 43_201)
# Services whose role may have a suffix: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
SUFFIXED = frozenset(
    {"autoscaling", "dynamodb.application-autoscaling", "lex", "connect", "custom-resource.application-autoscaling"}
)


def _validation(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def policy_arn(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a name where an ARN is due: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html"""
    given = call.params.get("PolicyArn")
    if given is None or ARN.fullmatch(given):
        return None
    return _validation("Invalid ARN:  Could not be parsed!")


def service_role(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a second role of a service, and a suffix where there may be none."""
    service = str(call.params.get("AWSServiceName") or "").removesuffix(".amazonaws.com")
    if call.params.get("CustomSuffix"):
        if service in SUFFIXED:
            return None
        return AwsError("InvalidInput", f"Custom suffix is not allowed for {call.params['AWSServiceName']}")
    path = f"/aws-service-role/{service}.amazonaws.com/"
    taken = next((one for one in state.backend("iam", call.account).roles.values() if one.path == path), None)
    if taken is None:
        return None
    message = f"Service role name {taken.name} has been taken in this account, please try a different suffix."
    return AwsError("InvalidInput", message)


def session(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse sessions of something that is no role, under a name that is none, or for too long.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    arn, name = str(call.params.get("RoleArn") or ""), str(call.params.get("RoleSessionName") or "")
    if not SESSION.fullmatch(name):
        return _validation(
            f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )
    if not ARN.fullmatch(arn):
        return _validation(f"{arn} is invalid")
    seconds = int(call.params.get("DurationSeconds") or 3600)
    if seconds not in SESSION_SECONDS:
        least, most = SESSION_SECONDS.start, SESSION_SECONDS.stop - 1
        word = f"greater than or equal to {least}" if seconds < least else f"less than or equal to {most}"
        return _validation(
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value {word}"
        )
    return _session_tags(call)


def _session_tags(call: ApiCall) -> AwsError | None:
    keys = [str(tag.get("Key")).lower() for tag in call.params.get("Tags") or []]
    if len(keys) > len(set(keys)):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        return AwsError("InvalidParameterValue", message)
    passed_on = [str(key).lower() for key in call.params.get("TransitiveTagKeys") or []]
    if set(passed_on) <= set(keys):
        return None
    message = "The specified transitive tag key must be included in the requested tags."
    return AwsError("InvalidParameterValue", message)


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
WITH_ARN = ("Attach{}Policy", "Detach{}Policy")
RULES: Mapping[str, Rules] = {
    **{f"iam.{form.format(kind)}": (policy_arn,) for form in WITH_ARN for kind in ("User", "Role", "Group")},
    **{
        f"iam.{name}": (policy_arn,) for name in ("GetPolicy", "GetPolicyVersion", "DeletePolicy", "ListPolicyVersions")
    },
    "iam.CreateServiceLinkedRole": (service_role,),
    "sts.AssumeRole": (session,),
}
