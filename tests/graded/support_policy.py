"""Help the checks of task 2.2: judge a bucket policy by what it lets requests do, not by how it is written."""

from __future__ import annotations

import json
from typing import Any

from day89.cloud.auth.evaluate import ANONYMOUS, Access, Principal, decide

ACCOUNT = "123456789012"
STRANGER = "210987654321"
PRINCIPALS = {
    "the account itself": Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
    "a user": Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ana", "ana"),
    "another account": Principal("root", STRANGER, f"arn:aws:iam::{STRANGER}:root"),
    "anybody": ANONYMOUS,
}
ON_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:AbortMultipartUpload")
ON_THE_BUCKET = ("s3:ListBucket", "s3:GetBucketPolicy", "s3:PutLifecycleConfiguration", "s3:DeleteBucket")
# What each principal may do on its own account, so that only the bucket policy stands in its way.
EVERYTHING = [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]


def bucket_policy(s3: Any, bucket: str) -> dict[str, Any]:
    """Return the policy of a bucket; one without statements where it has none."""
    try:
        policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise  # a policy that denies everything is there, and is no policy without statements
        return {"Statement": []}
    return policy


def judge(policy: dict[str, Any], bucket: str, objects: bool, tls: bool) -> dict[str, str]:
    """Return for each kind of caller and request what the policy decides.

    Args:
        policy: the bucket policy.
        bucket: its bucket.
        objects: whether requests are for objects, or for the bucket.
        tls: whether they use TLS.

    Returns:
        Words such as ``s3:GetObject by a user`` to ``allow``, ``explicit deny`` or ``implicit deny``.
    """
    arn = f"arn:aws:s3:::{bucket}"
    resources = [f"{arn}/a", f"{arn}/b/c d.csv"] if objects else [arn]
    context = {"aws:securetransport": str(tls).lower()}
    context |= {"s3:tlsversion": "1.2"} if tls else {}  # the oldest that AWS takes
    decided = {}
    for action in ON_OBJECTS if objects else ON_THE_BUCKET:
        for resource in resources:
            for who, principal in PRINCIPALS.items():
                identity = [] if principal is ANONYMOUS else EVERYTHING
                decision = decide(Access(action, resource, context), principal, identity, policy, owner=ACCOUNT)
                decided[f"{action} of {resource.removeprefix('arn:aws:s3:::')} by {who}"] = decision.effect.value
    return decided


def open_to(policy: dict[str, Any], bucket: str, objects: bool) -> list[str]:
    """Return the requests without TLS that a policy does not deny."""
    return [words for words, effect in judge(policy, bucket, objects, tls=False).items() if effect != "explicit deny"]


def some(requests: list[str]) -> str:
    """Return the first requests of a long list, and how many more there are."""
    return "; ".join(requests[:2]) + (f"; and {len(requests) - 2} more" if len(requests) > 2 else "")


def too_open(found: list[str], policy: dict[str, Any], bucket: str, objects: bool, otherwise: str) -> str:
    """Return the mistake that requests without TLS show which a policy does not deny: all of them, or only some."""
    return "C27" if len(found) < len(judge(policy, bucket, objects, tls=False)) else otherwise


def statements(policy: dict[str, Any]) -> list[str]:
    """Return each statement in one form: a list of one is the same as its element, and order says nothing."""
    found = policy.get("Statement", [])
    return sorted(
        json.dumps(_one_form(item), sort_keys=True) for item in (found if isinstance(found, list) else [found])
    )


def _one_form(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _one_form(item) for name, item in value.items()}
    if isinstance(value, list):
        items = sorted((_one_form(item) for item in value), key=str)
        return items[0] if len(items) == 1 else items
    return value
