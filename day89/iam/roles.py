"""Give a job its own rights: roles, instance profiles, and policies that hold what it needs and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import NotFoundError, error_code, not_found
from day89.iam.policies import Document, ec2_may_assume, job_policy

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

__all__ = [
    "create_instance_profile",
    "create_role",
    "create_worker_role",
    "delete_role",
    "role_policies",
]

POLICY_NAME = "job"


def create_role(
    iam: IAMClient, name: str, policy: Document, *, trust: Document | None = None, description: str = ""
) -> str:
    """Make a role that holds exactly one policy, or bring the one with this name to that.

    Other policies that the role holds, inline or managed, are taken from it.

    Args:
        iam: IAM client.
        name: name of the role.
        policy: what the role may do, see `day89.iam.policies.job_policy`.
        trust: who may wear it; None is EC2 instances.
        description: words for people.

    Returns:
        The ARN of the role.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
    """
    trusted = json.dumps(trust or ec2_may_assume())
    try:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, Description=description)["Role"]["Arn"]
    except ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trusted)
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
    iam.get_waiter("role_exists").wait(RoleName=name)
    iam.put_role_policy(RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(policy))
    _strip_role(iam, name, keep=POLICY_NAME)
    return arn


def create_instance_profile(iam: IAMClient, name: str, role: str) -> str:
    """Make an instance profile that holds a role, or correct the one with this name.

    Args:
        iam: IAM client.
        name: name of the profile.
        role: name of the role; a profile holds one.

    Returns:
        The profile's name. EC2 may need some seconds until it knows a new one.

    Raises:
        NotFoundError: no such role.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    """
    with not_found(f"role {role}"):
        iam.get_role(RoleName=role)
    try:
        iam.create_instance_profile(InstanceProfileName=name)
    except ClientError as error:
        if error_code(error) != "EntityAlreadyExists":
            raise
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
    held = [one["RoleName"] for one in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]]
    for other in held:
        if other != role:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=other)
    if role not in held:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return name


def create_worker_role(iam: IAMClient, name: str, bucket: str) -> str:
    """Make the role and profile of a pipeline's worker: reads ``input/`` and ``code/``, writes ``output/``, no more.

    Args:
        iam: IAM client.
        name: name of the role and of its instance profile.
        bucket: bucket that it works on.

    Returns:
        The profile's name; the same, and the same rights, however often it is run.
    """
    policy = job_policy(bucket, read=["input/", "code/"], write=["output/"], partition=iam.meta.partition)
    create_role(iam, name, policy, description=f"worker on s3://{bucket}")
    return create_instance_profile(iam, name, name)


def role_policies(iam: IAMClient, name: str) -> dict[str, Document]:
    """Return the inline policies of a role by name.

    Raises:
        NotFoundError: no such role.
    """
    found: dict[str, Any] = {}
    with not_found(f"role {name}"):
        for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
            for policy in page["PolicyNames"]:
                found[policy] = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    return found


def delete_role(iam: IAMClient, name: str) -> None:
    """Delete a role with its policies and with the instance profiles that hold it; one that is gone already is fine."""
    try:
        _strip_role(iam, name, keep=None)
    except NotFoundError:
        return
    for page in iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=name):
        for profile in page["InstanceProfiles"]:
            profile_name = profile["InstanceProfileName"]
            iam.remove_role_from_instance_profile(InstanceProfileName=profile_name, RoleName=name)
            iam.delete_instance_profile(InstanceProfileName=profile_name)
    iam.delete_role(RoleName=name)


def _strip_role(iam: IAMClient, name: str, *, keep: str | None) -> None:
    for policy in role_policies(iam, name):
        if policy != keep:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name):
        for attached in page["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
