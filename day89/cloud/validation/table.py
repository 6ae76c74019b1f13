"""Refuse what AWS refuses and moto accepts: one table of small rules for each service."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from day89.cloud.messages.model import ApiCall, Refusal
from day89.cloud.moto.state import State
from day89.cloud.validation import ec2, ec2_network, s3_buckets, s3_lifecycle, s3_objects, services

__all__ = ["Rule", "refuse", "rules_of"]

Rule = Callable[[ApiCall, State], Refusal | None]
TABLES: tuple[Mapping[str, tuple[Rule, ...]], ...] = (
    s3_buckets.RULES,
    s3_objects.RULES,
    s3_lifecycle.RULES,
    ec2.RULES,
    ec2_network.RULES,
    services.RULES,
)


def rules_of(action: str) -> tuple[Rule, ...]:
    """Return the rules for an operation, such as ``s3.PutObject``, in the order in which they are asked."""
    return tuple(rule for table in TABLES for rule in table.get(action, ()))


def refuse(call: ApiCall, state: State) -> Refusal | None:
    """Return the first reason why AWS would not do this call, or None."""
    of_all = ((s3_buckets.on_any_bucket,), (s3_buckets.expected_owner,)) if call.service == "s3" else ((), ())
    for rule in (*of_all[0], *rules_of(call.action), *of_all[1]):
        refusal = rule(call, state)
        if refusal is not None:
            return refusal
    return None
