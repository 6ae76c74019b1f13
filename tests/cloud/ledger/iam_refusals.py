"""Rows of the ledger: users, groups, roles, policies, sessions, parameters and queues that AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

IAM, STS = DOCS + "IAM/latest/APIReference/API_", DOCS + "STS/latest/APIReference/API_"
ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
ROOT = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]})
DOUBLED = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
Probe = Callable[[Aws], str]


def role(**options: Any) -> Probe:
    return lambda aws: outcome(aws.client("iam").create_role, RoleName="r", AssumeRolePolicyDocument=TRUST, **options)


def user_with_key(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    iam.create_access_key(UserName="u")
    return outcome(iam.delete_user, UserName="u")


def group_with_user(operation: str, **name: str) -> Probe:
    def probe(aws: Aws) -> str:
        iam = aws.client("iam")
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        iam.add_user_to_group(GroupName="g", UserName="u")
        return outcome(getattr(iam, operation), **name)

    return probe


def attached_policy(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="u", PolicyArn=arn)
    return outcome(iam.delete_policy, PolicyArn=arn)


def session(**options: Any) -> Probe:
    def probe(aws: Aws) -> str:
        made = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        return outcome(aws.client("sts").assume_role, RoleArn=made, RoleSessionName="session", **options)

    return probe


def doubled(aws: Aws) -> str:
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    return outcome(iam.tag_user, UserName="u", Tags=DOUBLED)


PROBES: tuple[tuple[str, Probe, str, str, str], ...] = (
    # what, probe, AWS, plain moto, source
    ("iam: delete a user who has a key", user_with_key, "DeleteConflict 409", "OK", IAM + "DeleteUser.html"),
    (
        "iam: delete a member of a group",
        group_with_user("delete_user", UserName="u"),
        "DeleteConflict 409",
        "OK",
        IAM + "DeleteUser.html",
    ),
    (
        "iam: delete a group with members",
        group_with_user("delete_group", GroupName="g"),
        "DeleteConflict 409",
        "OK",
        IAM + "DeleteGroup.html",
    ),
    ("iam: delete a policy that is attached", attached_policy, "DeleteConflict 409", "OK", IAM + "DeletePolicy.html"),
    ("iam: a role on a path without slashes", role(Path="path"), "ValidationError 400", "OK", IAM + "CreateRole.html"),
    (
        "iam: a role for sessions of thirteen hours",
        role(MaxSessionDuration=46_800),
        "ValidationError 400",
        "OK",
        IAM + "CreateRole.html",
    ),
    ("iam: tags doubled but for capitals", doubled, "InvalidInput 400", "OK", IAM + "TagUser.html"),
    (
        "sts: a session longer than its role allows",
        session(DurationSeconds=7200),
        "ValidationError 400",
        "OK",
        STS + "AssumeRole.html",
    ),
    (
        "sts: a session under a policy that is none",
        session(Policy="none"),
        "MalformedPolicyDocument 400",
        "OK",
        STS + "AssumeRole.html",
    ),
    (
        "ssm: a name with a blank",
        lambda aws: outcome(aws.client("ssm").put_parameter, Name="/a b", Value="v", Type="String"),
        "ValidationException 400",
        "OK",
        DOCS + "systems-manager/latest/APIReference/API_PutParameter.html",
    ),
    (
        "sqs: an attribute that is none",
        lambda aws: outcome(aws.client("sqs").create_queue, QueueName="q", Attributes={"Nothing": "1"}),
        "InvalidAttributeName 400",
        "OK",
        DOCS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
    ),
)
ROWS = tuple(Row(*row) for row in PROBES)
