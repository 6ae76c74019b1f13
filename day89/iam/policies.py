"""Build policies as plain data: no client, no call, nothing to mock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = [
    "Document",
    "Statement",
    "allow",
    "document",
    "ec2_may_assume",
    "job_policy",
    "merge_statement",
    "public_read",
    "s3_arns",
    "tls_only",
]

Statement = dict[str, Any]
Document = dict[str, Any]

VERSION = "2012-10-17"  # the policy language's own date, not a date to bring up to now
TLS_SID = "DenyRequestsWithoutTls"
PUBLIC_SID = "EveryoneMayRead"


def document(statements: Iterable[Statement]) -> Document:
    """Make a policy document of statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def allow(actions: Iterable[str], resources: Iterable[str], *, condition: dict[str, Any] | None = None) -> Statement:
    """Make a statement that allows some actions on some resources.

    Args:
        actions: such as ``"s3:GetObject"``.
        resources: ARNs.
        condition: such as ``{"StringLike": {"s3:prefix": ["input/*"]}}``.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    """
    statement: Statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": sorted(resources)}
    return {**statement, "Condition": condition} if condition else statement


def s3_arns(bucket: str, prefixes: Iterable[str], *, partition: str = "aws") -> list[str]:
    """Return the ARNs of all objects under some prefixes of a bucket."""
    return [f"arn:{partition}:s3:::{bucket}/{prefix}*" for prefix in prefixes]


def ec2_may_assume(*, service: str = "ec2.amazonaws.com") -> Document:
    """Make the trust policy of a role that EC2 instances wear.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """
    return document([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}])


def job_policy(
    bucket: str,
    *,
    read: Iterable[str] = (),
    write: Iterable[str] = (),
    list_prefixes: Iterable[str] = (),
    log_group: str | None = None,
    metric_namespace: str | None = None,
    partition: str = "aws",
) -> Document:
    """Make the policy of a job out of what the job needs, and nothing else.

    Args:
        bucket: the bucket that it works on.
        read: prefixes whose objects it reads.
        write: prefixes under which it writes objects.
        list_prefixes: prefixes whose keys it lists. Listing is an action on the bucket, narrowed by a condition.
        log_group: CloudWatch log group that it writes to.
        metric_namespace: CloudWatch namespace that it puts metrics in.
        partition: ``"aws"``, ``"aws-cn"`` or ``"aws-us-gov"``.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
    """
    reads, writes, lists = list(read), list(write), list(list_prefixes)
    statements = []
    if reads:
        statements.append(allow(["s3:GetObject"], s3_arns(bucket, reads, partition=partition)))
    if writes:
        statements.append(allow(["s3:PutObject"], s3_arns(bucket, writes, partition=partition)))
    if lists:
        only: dict[str, Any] = {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in lists]}}
        statements.append(allow(["s3:ListBucket"], [f"arn:{partition}:s3:::{bucket}"], condition=only))
    if log_group:
        group = f"arn:{partition}:logs:*:*:log-group:{log_group}:*"
        statements.append(allow(["logs:CreateLogStream", "logs:PutLogEvents"], [group]))
    if metric_namespace:
        # PutMetricData knows no resource; its namespace is narrowed by a condition.
        only = {"StringEquals": {"cloudwatch:namespace": metric_namespace}}
        statements.append(allow(["cloudwatch:PutMetricData"], ["*"], condition=only))
    return document(statements)


def tls_only(bucket: str, partition: str = "aws") -> Statement:
    """Make the statement that denies every request that does not come over TLS.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
    """
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Sid": TLS_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def public_read(bucket: str, partition: str = "aws") -> Statement:
    """Make the statement that lets everyone read every object, as a public website needs it.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteAccessPermissionsReqd.html
    """
    return {
        "Sid": PUBLIC_SID,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": [f"arn:{partition}:s3:::{bucket}/*"],
    }


def merge_statement(policy: Document, statement: Statement) -> Document:
    """Return the policy with a statement added, unless it says the same already.

    No statement that is there is changed or lost, also where it has the Sid that the new one would have; neither is the
    given policy. Merging twice is the same as once.

    Args:
        policy: a policy document; its Statement may be a list or, as AWS allows, one statement alone.
        statement: a statement with a Sid.
    """
    there = policy.get("Statement", [])
    statements = [there] if isinstance(there, dict) else list(there)
    if any(_meaning(other) == _meaning(statement) for other in statements):
        return policy
    taken = {other.get("Sid") for other in statements}
    names = (f"{statement['Sid']}{number or ''}" for number in range(len(taken) + 1))
    sid = next(name for name in names if name not in taken)
    return {"Version": VERSION, **policy, "Statement": [*statements, {**statement, "Sid": sid}]}


def _meaning(statement: Statement) -> Statement:
    return {name: value for name, value in statement.items() if name != "Sid"}
