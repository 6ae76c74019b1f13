"""Decide by IAM's rules whether a principal may perform one action on one resource.

The order of the evaluation is AWS's: an explicit Deny anywhere ends it; within one account an Allow of the identity or
of the resource is enough; across accounts both must allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Nothing here knows moto or HTTP: documents and facts come in, a decision goes out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from day89.cloud.auth.conditions import Context, as_list, conditions_hold, matches_pattern, substitute

__all__ = ["ANONYMOUS", "Access", "Decision", "Effect", "Principal", "decide", "parse_policy", "service_may", "trusts"]

Document = Mapping[str, Any]


class Effect(Enum):
    """The three outcomes of an evaluation."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True)
class Principal:
    """The identity that makes a request.

    ``kind`` is ``root`` (the account itself: the cloud's own credentials), ``user``, ``role`` or ``anonymous``; ``arn``
    is what the caller's identity says (for a role, the ARN of its session); ``role_arn`` the role's own.
    """

    kind: str
    account: str = ""
    arn: str = "*"
    name: str = ""
    role_arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def arns(self) -> tuple[str, ...]:
        """Return every ARN under which a policy may name this principal."""
        return tuple(arn for arn in (self.arn, self.role_arn) if arn)


ANONYMOUS = Principal("anonymous")


@dataclass(frozen=True)
class Access:
    """One thing that a request needs to be allowed: an action on a resource, with the request's condition keys."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The outcome of an evaluation and its reason, in the words of AWS's messages."""

    effect: Effect
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Return whether the access is allowed."""
        return self.effect is Effect.ALLOW


def parse_policy(text: str | Document | None) -> Document | None:
    """Return a policy document as data, or None where there is none; raise ValueError where it is not JSON."""
    return json.loads(text) if isinstance(text, str) else text


def decide(
    access: Access,
    principal: Principal,
    identity: Iterable[Document] = (),
    resource: Document | None = None,
    *,
    owner: str = "",
) -> Decision:
    """Decide one access.

    Args:
        access: what is asked.
        principal: who asks.
        identity: the policies attached to the principal (inline and managed).
        resource: the policy of the resource (a bucket policy), if it has one.
        owner: the account that owns the resource; empty means the principal's own.
    """
    by_identity = [_effect(statement, access) for document in identity for statement in _statements(document)]
    by_resource = [_resource_effect(statement, access, principal) for statement in _statements(resource)]
    if "Deny" in by_identity:
        return Decision(Effect.EXPLICIT_DENY, "with an explicit deny in an identity-based policy")
    if "Deny" in by_resource:
        return Decision(Effect.EXPLICIT_DENY, "with an explicit deny in a resource-based policy")
    own = principal.kind == "root" or "Allow" in by_identity
    granted, delegated = "Allow" in by_resource, "Delegate" in by_resource
    same_account = principal.account == (owner or principal.account)
    if (own or granted) if same_account else (own and (granted or delegated)):
        return Decision(Effect.ALLOW)
    if principal.kind == "anonymous" and granted:
        return Decision(Effect.ALLOW)
    kind = "identity-based" if same_account and principal.kind != "anonymous" else "resource-based"
    return Decision(Effect.IMPLICIT_DENY, f"because no {kind} policy allows the {access.action} action")


def service_may(document: Document | None, service: str, access: Access) -> bool:
    """Return whether a resource's policy lets a service of AWS, such as ``s3.amazonaws.com``, do something.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
    """
    effects = [_effect(one, access) for one in _statements(document) if _lets_in(one.get("Principal"), service)]
    return "Allow" in effects and "Deny" not in effects


def _lets_in(element: Any, service: str) -> bool:
    if not isinstance(element, Mapping):
        return element == "*"
    return "*" in as_list(element.get("AWS")) or service in as_list(element.get("Service"))


def trusts(document: Document | None, principal: Principal, context: Context) -> bool:
    """Return whether a role's trust policy lets a principal assume it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
    """
    access = Access("sts:AssumeRole", "*", context)
    effects = [_resource_effect({**one, "Resource": "*"}, access, principal) for one in _statements(document)]
    return "Deny" not in effects and bool({"Allow", "Delegate"} & set(effects))


def _statements(document: Document | None) -> list[Mapping[str, Any]]:
    return as_list(document.get("Statement")) if document else []


def _effect(statement: Mapping[str, Any], access: Access) -> str | None:
    """Return the effect of a statement that matches the action, the resource and the conditions, else None."""
    if not _actions_match(statement, access.action) or not _resources_match(statement, access):
        return None
    condition = statement.get("Condition")
    if condition and not conditions_hold(condition, access.context):
        return None
    return statement.get("Effect")


def _actions_match(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(matches_pattern(item, action, ignore_case=True) for item in as_list(statement["NotAction"]))
    return any(matches_pattern(item, action, ignore_case=True) for item in as_list(statement.get("Action")))


def _resources_match(statement: Mapping[str, Any], access: Access) -> bool:
    if "NotResource" in statement:
        return not any(_resource_fits(item, access) for item in as_list(statement["NotResource"]))
    return any(_resource_fits(item, access) for item in as_list(statement.get("Resource")))


def _resource_fits(pattern: str, access: Access) -> bool:
    text = substitute(pattern, access.context)
    return text is not None and matches_pattern(text, access.resource)


def _resource_effect(statement: Mapping[str, Any], access: Access, principal: Principal) -> str | None:
    """Return a resource policy's effect; Delegate where it trusts the principal's account as a whole."""
    if "NotPrincipal" in statement:
        level = "" if _names(statement["NotPrincipal"], principal) else "exact"
    else:
        level = _names(statement.get("Principal"), principal)
    effect = _effect(statement, access) if level else None
    return "Delegate" if effect == "Allow" and level == "account" and principal.kind != "root" else effect


def _names(element: Any, principal: Principal) -> str:
    """Return how a Principal element names a principal: ``exact``, by its ``account``, or not (empty).

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    listed = as_list(element.get("AWS")) if isinstance(element, Mapping) else as_list(element)
    if "*" in listed or any(arn in listed for arn in principal.arns):
        return "exact"
    account = {principal.account, f"arn:aws:iam::{principal.account}:root"}
    return "account" if principal.account and account & set(listed) else ""
