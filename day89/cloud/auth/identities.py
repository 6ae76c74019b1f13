"""Read users, roles, sessions and their policies from moto: the one place where authorization depends on its internals.

``tests/cloud/test_policy_contract.py`` holds moto to each name that is used here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy
from moto.s3.models import FakeDeleteMarker

from day89.cloud.auth.evaluate import Document, Principal, parse_policy

__all__ = [
    "acl_allows",
    "bucket_policy",
    "has_key",
    "identity_policies",
    "instance_context",
    "instance_of",
    "load_managed",
    "owner_of",
    "profile_role",
    "restricts_public",
    "session_of",
    "tags_of",
    "user_of",
]


def _backends(service: str) -> Iterator[Any]:
    for partitions in list(get_backend(service).values()):
        backend = dict.get(partitions, "aws")
        if backend is not None:
            yield backend


def session_of(access_key: str) -> Any:
    """Return moto's AssumedRole that has an access key, or None."""
    for backend in _backends("sts"):
        for session in reversed(backend.assumed_roles):
            if session.access_key_id == access_key:
                return session
    return None


def user_of(access_key: str) -> tuple[Any, Any] | None:
    """Return moto's user that has an access key, with the key, or None."""
    for backend in _backends("iam"):
        for user in backend.users.values():
            for key in user.access_keys:
                if key.access_key_id == access_key:
                    return user, key
    return None


def identity_policies(principal: Principal) -> list[Document]:
    """Return the policies attached to a principal: inline, managed, and those of a user's groups."""
    entities = _roles(principal)
    if principal.kind == "user":
        backend = get_backend("iam")[principal.account]["aws"]
        found = [backend.users[principal.name]] if principal.name in backend.users else []
        entities = [*found, *(backend.get_groups_for_user(principal.name) if found else [])]
    return [document for entity in entities for document in _documents(entity)]


def _documents(entity: Any) -> Iterator[Document]:
    inline = list(entity.policies.values())
    managed = [
        version.document
        for policy in entity.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    for text in inline + managed:
        document = parse_policy(text)
        if document:
            yield document


def tags_of(principal: Principal) -> dict[str, str]:
    """Return the tags of a role, for ``aws:PrincipalTag``."""
    return {tag["Key"]: tag["Value"] for role in _roles(principal) for tag in role.tags or []}


def _roles(principal: Principal) -> list[Any]:
    if principal.kind != "role":
        return []
    roles = get_backend("iam")[principal.account]["aws"].roles.values()
    return [role for role in roles if role.arn == principal.role_arn]


@cache
def _aws_policies() -> dict[str, Any]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies


def load_managed(account: str, arn: str) -> None:
    """Put one of AWS's own managed policies into an account, where it is named for the first time.

    moto can load all of them at its start, which costs more than everything else that it does then.
    """
    backend, name = get_backend("iam")[account]["aws"], arn.rpartition("/")[2]
    if not arn.startswith("arn:aws:iam::aws:policy/") or arn in backend.managed_policies or name not in _aws_policies():
        return
    policy = AWSManagedPolicy.from_data(name, account, "aws", _aws_policies()[name])
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def bucket_policy(bucket: Any) -> Document | None:
    """Return the policy of moto's bucket, or None; what is no JSON counts as none."""
    text = bucket.policy if bucket is not None else None
    try:
        return parse_policy(text.decode() if isinstance(text, bytes) else text or None)
    except ValueError:
        return None


def owner_of(bucket: Any) -> str:
    """Return the account that owns moto's bucket."""
    return str(bucket.account_id)


def has_key(bucket: Any, key: str) -> bool:
    """Return whether a bucket has a current object under a key."""
    found = bucket.keys.get(key)
    return found is not None and not isinstance(found, FakeDeleteMarker)


def restricts_public(bucket: Any) -> bool:
    """Return whether a bucket lets no public policy open it (RestrictPublicBuckets)."""
    block = bucket.public_access_block
    return bool(block and block.restrict_public_buckets)


def acl_allows(bucket: Any, key: str, action: str) -> bool:
    """Return whether an ACL lets everybody read an object or list a bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    block = bucket.public_access_block
    if block and block.ignore_public_acls:
        return False
    if action == "s3:ListBucket":
        return bool(bucket.acl and bucket.acl.public_read)
    found = bucket.keys.get(key) if action == "s3:GetObject" else None
    return bool(found is not None and getattr(found, "acl", None) and found.acl.public_read)


def instance_context(instance: Any) -> dict[str, str | list[str]]:
    """Return the condition keys that an instance brings: its tags and its type."""
    if instance is None:
        return {}
    context: dict[str, str | list[str]] = {"ec2:instancetype": str(instance.instance_type)}
    for tag in instance.get_tags():
        context[f"ec2:resourcetag/{tag['key'].lower()}"] = tag["value"]
        context[f"aws:resourcetag/{tag['key'].lower()}"] = tag["value"]
    return context


def profile_role(account: str, name_or_arn: str) -> Any:
    """Return the role in an instance profile, or None."""
    for profile in get_backend("iam")[account]["aws"].instance_profiles.values():
        if name_or_arn in {profile.name, profile.arn} and profile.roles:
            return profile.roles[0]
    return None


def instance_of(account: str, region: str, instance_id: str) -> Any:
    """Return moto's instance, or None."""
    return get_backend("ec2")[account][region].get_instance_by_id(instance_id)
