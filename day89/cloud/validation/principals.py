"""Find the principals of a policy that AWS does not know.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from day89.cloud.moto.state import CloudState

__all__ = ["unknown_principal"]

ROOT = re.compile(r"(arn:aws(-[a-z-]+)?:iam::)?\d{12}(:root)?")
ENTITY = re.compile(r"arn:aws(?:-[a-z-]+)?:iam::(\d{12}):(user|role)/([\w+=,.@/-]+)", re.ASCII)
# An id that IAM gave, a canonical user id, a session, a CloudFront identity.
OTHER = re.compile(
    r"A[A-Z]{3}[A-Z0-9]{12,28}|[0-9a-f]{64}|arn:aws(-[a-z-]+)?:sts::\d{12}:(assumed-role|federated-user)/.+"
    r"|arn:aws(-[a-z-]+)?:iam::cloudfront:user/.+"
)


def unknown_principal(statement: dict[str, Any], state: CloudState, account: str) -> str | None:
    """Return the first account, user or role of a statement that does not exist.

    Args:
        statement: of a resource or trust policy.
        state: the cloud's state.
        account: whose policy it is; users and roles of other accounts are believed in.

    Returns:
        The principal as it stands in the policy, or None.
    """
    return next((one for one in _named(statement) if not _exists(one, state, account)), None)


def _named(statement: dict[str, Any]) -> Iterator[str]:
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element)
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        yield from map(str, named if isinstance(named, list) else [named])


def _exists(principal: str, state: CloudState, account: str) -> bool:
    if principal == "*" or ROOT.fullmatch(principal) or OTHER.fullmatch(principal):
        return True
    found = ENTITY.fullmatch(principal)
    if found is None:
        return False
    owner, kind, name = found.groups()
    if owner != account:
        return True
    iam = state.backend("iam", account)
    known = iam.users if kind == "user" else iam.roles
    return any(one.arn.partition(f":{kind}/")[2] == name for one in known.values())
