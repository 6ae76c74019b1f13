"""Write the least IAM policy under which the calls of a program succeed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from day89.cloud.auth.actions import CallFacts, accesses_of

__all__ = ["least_privilege"]


def least_privilege(calls: Iterable[CallFacts]) -> dict[str, Any]:
    """Return a policy that allows exactly what some calls need: their actions, on their resources.

    Args:
        calls: calls of a log (``cloud.log``), or ApiCalls. Calls that AWS refused count where they are given; leave
            them out to grant only what succeeded.

    Returns:
        The policy document; resources that need the same actions share a statement.
    """
    by_resource: dict[str, set[str]] = {}
    for call in calls:
        for access in accesses_of(call):
            by_resource.setdefault(access.resource, set()).add(access.action)
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in by_resource.items():
        by_actions.setdefault(tuple(sorted(actions)), []).append(resource)
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": sorted(resources)}
        for actions, resources in sorted(by_actions.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}
