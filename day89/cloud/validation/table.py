"""Refuse what AWS refuses and moto accepts: one table of small rules for each service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.failures import refusal_for
from day89.cloud.moto.state import CloudState
from day89.cloud.validation import (
    cloudwatch,
    ec2,
    ec2_ids,
    ec2_launch,
    ec2_network,
    ec2_quotas,
    ec2_tags,
    ec2_volumes,
    iam,
    iam_entities,
    s3_acls,
    s3_buckets,
    s3_conditions,
    s3_copies,
    s3_lifecycle,
    s3_lists,
    s3_locks,
    s3_objects,
    s3_reads,
    s3_settings,
    s3_tags,
    s3_uploads,
    s3_versions,
    services,
    ssm_sqs,
)

__all__ = ["Rule", "refuse", "rules_of"]

Rule = Callable[[ApiCall, CloudState], AwsError | None]
# In the order in which their rules are asked.
TABLES: tuple[Mapping[str, tuple[Rule, ...]], ...] = (
    s3_buckets.RULES,
    s3_lists.RULES,
    s3_tags.RULES,
    s3_objects.RULES,
    s3_reads.RULES,
    s3_acls.RULES,
    s3_settings.RULES,
    s3_uploads.RULES,
    s3_versions.RULES,
    s3_copies.RULES,
    s3_conditions.RULES,
    s3_locks.RULES,
    s3_lifecycle.RULES,
    ec2_ids.RULES,
    ec2.RULES,
    ec2_launch.RULES,
    ec2_network.RULES,
    ec2_quotas.RULES,
    ec2_volumes.RULES,
    iam.RULES,
    cloudwatch.RULES,
    services.RULES,
    iam_entities.RULES,
    ssm_sqs.RULES,
)
OF_ALL: Mapping[str, tuple[Rule, ...]] = {
    "s3": (s3_buckets.on_any_bucket, s3_buckets.expected_owner),
    "ec2": (ec2_tags.tags, ec2_ids.malformed, ec2.known_filters),
}


@cache
def rules_of(action: str) -> tuple[Rule, ...]:
    """Return the rules for an operation, such as ``s3.PutObject``, in the order in which they are asked."""
    of_all = OF_ALL.get(action.partition(".")[0], ())
    return (*of_all, *(rule for table in TABLES for rule in table.get(action, ())))


def refuse(call: ApiCall, state: CloudState) -> AwsError | None:
    """Return the first reason why AWS would not do this call, or None."""
    try:
        return next((found for rule in rules_of(call.action) if (found := rule(call, state)) is not None), None)
    except Exception as error:  # a rule met parameters of another shape: the request is malformed
        return refusal_for(call, error)
