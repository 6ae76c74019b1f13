"""Read users, roles, sessions and their policies from moto: the one place where policies and signatures lean on it.

``tests/cloud/test_policy_contract.py`` holds moto to each name that is used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from day89.cloud.policy import Document, Principal, parse_policy

__all__ = ["bucket_policy", "identity_policies", "instance_of", "profile_role", "session_of", "tags_of", "user_of"]


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
    managed = [policy.document for policy in entity.managed_policies.values()]
    for text in inline + managed:
        document = parse_policy(text)
        if document:
            yield document


def tags_of(principal: Principal) -> dict[str, str]:
    """Return the tags of a role, for ``aws:PrincipalTag``."""
    return {tag["Key"]: tag["Value"] for role in _roles(principal) for tag in (role.tags or {}).values()}


def _roles(principal: Principal) -> list[Any]:
    if principal.kind != "role":
        return []
    roles = get_backend("iam")[principal.account]["aws"].roles.values()
    return [role for role in roles if role.arn == principal.role_arn]


def bucket_policy(bucket: Any) -> Document | None:
    """Return the policy of moto's bucket, or None; what is no JSON counts as none."""
    text = bucket.policy if bucket is not None else None
    try:
        return parse_policy(text.decode() if isinstance(text, bytes) else text or None)
    except ValueError:
        return None


def profile_role(account: str, name_or_arn: str) -> Any:
    """Return the role in an instance profile, or None."""
    for profile in get_backend("iam")[account]["aws"].instance_profiles.values():
        if name_or_arn in {profile.name, profile.arn} and profile.roles:
            return profile.roles[0]
    return None


def instance_of(account: str, region: str, instance_id: str) -> Any:
    """Return moto's instance, or None."""
    return get_backend("ec2")[account][region].get_instance_by_id(instance_id)
