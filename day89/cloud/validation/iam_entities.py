"""Refuse what IAM refuses of users, groups, roles and policies: paths, tags, what is still in use.

Error codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

PATH = re.compile(r"/|/[!-~]+/")
SESSION_SECONDS = range(3_600, 43_201)
TAGS, KEY_LENGTH, VALUE_LENGTH = 50, 128, 256
SESSION_POLICY = 2_048


def _conflict(message: str) -> AwsError:
    return AwsError("DeleteConflict", message, 409)


def _validation(value: object, name: str, what: str) -> AwsError:
    message = (
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must {what}"
    )
    return AwsError("ValidationError", message)


def path(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse paths that do not begin and end with a slash: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    given = call.params.get("Path")
    if given is None or PATH.fullmatch(given):
        return None
    return AwsError("ValidationError", "The specified value for path is invalid. It must begin and end with /.")


def session_length(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse sessions of a role under an hour or over twelve: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
    given = call.params.get("MaxSessionDuration")
    if given is None or int(given) in SESSION_SECONDS:
        return None
    least, most = SESSION_SECONDS.start, SESSION_SECONDS.stop - 1
    low = int(given) < least
    return _validation(
        given,
        "maxSessionDuration",
        f"have value {f'greater than or equal to {least}' if low else f'less than or equal to {most}'}",
    )


def tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse tags that are doubled, too long or too many: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"""
    given = call.params.get("Tags") or []
    keys = [str(tag.get("Key") or "") for tag in given]
    if len({key.lower() for key in keys}) < len(keys):
        message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        return AwsError("InvalidInput", message)
    if len(keys) > TAGS:
        return _validation(f"{len(keys)} tags", "tags", f"have length less than or equal to {TAGS}")
    for tag, key in zip(given, keys, strict=True):
        if not 0 < len(key) <= KEY_LENGTH:
            return _validation(key, "tags.1.member.key", f"have length less than or equal to {KEY_LENGTH}")
        if len(str(tag.get("Value") or "")) > VALUE_LENGTH:
            return _validation(tag["Value"], "tags.1.member.value", f"have length less than or equal to {VALUE_LENGTH}")
    return None


def user_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a user who has something: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html"""
    iam = state.backend("iam", call.account)
    user = iam.users.get(call.params.get("UserName"))
    if user is None:
        return None
    if user.access_keys:
        return _conflict("Cannot delete entity, must delete access keys first.")
    if any(user in group.users for group in iam.groups.values()):
        return _conflict("Cannot delete entity, must remove users from group first.")
    return None


def group_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a group that has members or policies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html"""
    group = state.backend("iam", call.account).groups.get(call.params.get("GroupName"))
    if group is None:
        return None
    if group.users:
        return _conflict("Cannot delete entity, must remove users from group first.")
    if group.managed_policies:
        return _conflict("Cannot delete entity, must detach all policies first.")
    return _conflict("Cannot delete entity, must delete policies first.") if group.policies else None


def policy_in_use(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a policy that is attached or has other versions: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"""
    policy = state.backend("iam", call.account).managed_policies.get(call.params.get("PolicyArn"))
    if policy is None:
        return None
    if policy.attachment_count:
        return _conflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        return _conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
        )
    return None


def assumed(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a session longer than its role allows, or under a policy that is none: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    text = call.params.get("Policy")
    if text is not None:
        if len(text) > SESSION_POLICY:
            return _validation(text[:40], "policy", f"have length less than or equal to {SESSION_POLICY}")
        try:
            json.loads(text)
        except ValueError:
            return AwsError("MalformedPolicyDocument", "This policy contains invalid Json")
    arn, seconds = call.params.get("RoleArn"), int(call.params.get("DurationSeconds") or 0)
    role = next((one for one in state.backend("iam", call.account).roles.values() if one.arn == arn), None)
    if role is None or seconds <= int(role.max_session_duration or 3_600):
        return None
    return AwsError(
        "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    **{f"iam.Create{kind}": (path, tags) for kind in ("User", "Policy", "InstanceProfile")},
    **{f"iam.Tag{kind}": (tags,) for kind in ("User", "Role", "Policy", "InstanceProfile")},
    "iam.CreateGroup": (path,),
    "iam.CreateRole": (path, session_length, tags),
    "iam.UpdateRole": (session_length,),
    "iam.DeleteUser": (user_in_use,),
    "iam.DeleteGroup": (group_in_use,),
    "iam.DeletePolicy": (policy_in_use,),
    "sts.AssumeRole": (assumed,),
}
