"""IAM's rules of evaluation, on plain documents."""

from __future__ import annotations

from typing import Any

import pytest

from day89.cloud.auth.conditions import conditions_hold, matches_arn, substitute
from day89.cloud.auth.evaluate import ANONYMOUS, Access, Effect, Principal, decide

ACCOUNT = "123456789012"
ROOT = Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
ROLE = Principal(
    "role", ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/i-1", "worker", f"arn:aws:iam::{ACCOUNT}:role/worker"
)
STRANGER = Principal("user", "999999999999", "arn:aws:iam::999999999999:user/eve", "eve")
GET = Access("s3:GetObject", "arn:aws:s3:::lab/input/a.csv", {"aws:securetransport": "true"})


def statement(effect: str = "Allow", action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": effect, "Action": action, "Resource": resource, **more}}


def test_nothing_is_allowed_until_a_policy_says_so() -> None:
    decision = decide(GET, ROLE)
    assert decision.effect is Effect.IMPLICIT_DENY
    assert decision.reason == "because no identity-based policy allows the s3:GetObject action"


def test_the_account_itself_needs_no_policy() -> None:
    assert decide(GET, ROOT).allowed


def test_an_explicit_deny_beats_every_allow() -> None:
    decision = decide(GET, ROLE, [statement(), statement("Deny", "s3:*")])
    assert decision.effect is Effect.EXPLICIT_DENY


def test_a_bucket_policy_binds_the_account_itself() -> None:
    assert not decide(GET, ROOT, resource=statement("Deny", Principal="*")).allowed


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("s3:GetObject", "arn:aws:s3:::lab/input/*", True),
        ("S3:getobject", "arn:aws:s3:::lab/*", True),
        ("s3:Get*", ["arn:aws:s3:::other/*", "arn:aws:s3:::lab/input/?.csv"], True),
        ("*", "*", True),
        ("s3:GetObject", "arn:aws:s3:::lab", False),
        ("s3:GetObject", "arn:aws:s3:::LAB/*", False),
        ("s3:PutObject", "*", False),
        ("s3:GetObjectVersion", "*", False),
    ],
)
def test_actions_ignore_case_and_resources_do_not(action: Any, resource: Any, allowed: bool) -> None:
    assert decide(GET, ROLE, [statement("Allow", action, resource)]).allowed is allowed


def test_not_action_allows_all_the_others() -> None:
    policy = {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}
    assert decide(GET, ROLE, [policy]).allowed
    assert not decide(Access("iam:CreateRole", "*"), ROLE, [policy]).allowed


def test_not_resource_denies_all_the_others() -> None:
    deny = {"Statement": {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::lab/input/*"}}
    assert decide(GET, ROLE, [statement(), deny]).allowed
    assert not decide(Access("s3:GetObject", "arn:aws:s3:::lab/x"), ROLE, [statement(), deny]).allowed


@pytest.mark.parametrize(
    ("principal", "denied"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE.role_arn}, True),
        ({"AWS": [ROLE.arn]}, True),
        ({"AWS": ACCOUNT}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True),
        ({"AWS": "999999999999"}, False),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, False),
        ({"Service": "ec2.amazonaws.com"}, False),
    ],
)
def test_a_deny_reaches_only_those_whom_it_names(principal: Any, denied: bool) -> None:
    decision = decide(GET, ROLE, [statement()], statement("Deny", Principal=principal))
    assert (decision.effect is Effect.EXPLICIT_DENY) is denied


def test_not_principal_spares_those_whom_it_names() -> None:
    deny = statement("Deny", NotPrincipal={"AWS": [ROLE.role_arn]})
    assert decide(GET, ROLE, [statement()], deny).allowed
    assert not decide(GET, ROOT, resource=deny).allowed


def test_a_bucket_policy_that_names_a_role_is_enough_in_one_account() -> None:
    assert decide(GET, ROLE, resource=statement(Principal={"AWS": ROLE.role_arn})).allowed


def test_a_bucket_policy_that_trusts_the_account_leaves_it_to_identity_policies() -> None:
    assert not decide(GET, ROLE, resource=statement(Principal={"AWS": ACCOUNT})).allowed


@pytest.mark.parametrize(
    ("identity", "resource", "allowed"),
    [
        ([statement()], statement(Principal={"AWS": STRANGER.arn}), True),
        ([statement()], statement(Principal={"AWS": STRANGER.account}), True),
        ([statement()], None, False),
        ([], statement(Principal={"AWS": STRANGER.arn}), False),
    ],
)
def test_across_accounts_both_sides_must_allow(identity: list[Any], resource: Any, allowed: bool) -> None:
    assert decide(GET, STRANGER, identity, resource, owner=ACCOUNT).allowed is allowed


def test_the_public_needs_a_bucket_policy_for_everyone() -> None:
    assert not decide(GET, ANONYMOUS, owner=ACCOUNT).allowed
    assert decide(GET, ANONYMOUS, resource=statement(Principal="*"), owner=ACCOUNT).allowed


@pytest.mark.parametrize(("secure", "allowed"), [("true", True), ("false", False)])
def test_a_tls_only_policy_lets_tls_pass(secure: str, allowed: bool) -> None:
    deny = statement("Deny", "s3:*", Principal="*", Condition={"Bool": {"aws:SecureTransport": False}})
    access = Access("s3:GetObject", "arn:aws:s3:::lab/a", {"aws:securetransport": secure})
    assert decide(access, ROOT, resource=deny).allowed is allowed


CONTEXT = {
    "s3:prefix": "home/ann/",
    "aws:sourceip": "203.0.113.7",
    "s3:max-keys": "10",
    "aws:currenttime": "2026-05-01T12:00:00Z",
    "aws:epochtime": "1777636800",
    "aws:principalarn": ROLE.role_arn,
    "aws:username": "ann",
    "aws:tagkeys": ["Name", "Team"],
}


@pytest.mark.parametrize(
    ("operator", "key", "value", "holds"),
    [
        ("StringEquals", "s3:prefix", "home/ann/", True),
        ("StringEquals", "S3:PREFIX", ["x", "home/ann/"], True),
        ("StringEquals", "s3:prefix", "home/*", False),
        ("StringLike", "s3:prefix", "home/*", True),
        ("StringLike", "s3:prefix", "home/${aws:username}/*", True),
        ("StringLike", "s3:prefix", "home/${aws:PrincipalTag/team}/*", False),
        ("StringNotLike", "s3:prefix", ["x*", "home/*"], False),
        ("StringNotEquals", "s3:prefix", ["x", "y"], True),
        ("StringNotEquals", "s3:x-amz-server-side-encryption", "aws:kms", True),
        ("StringEquals", "s3:x-amz-server-side-encryption", "aws:kms", False),
        ("StringEqualsIfExists", "s3:x-amz-server-side-encryption", "aws:kms", True),
        ("StringEqualsIfExists", "s3:prefix", "other", False),
        ("StringEqualsIgnoreCase", "s3:prefix", "HOME/ann/", True),
        ("Null", "s3:x-amz-server-side-encryption", "true", True),
        ("Null", "s3:prefix", True, False),
        ("Null", "s3:prefix", "false", True),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.1"], False),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.7", False),
        ("IpAddress", "aws:SourceIp", "not an address", False),
        ("NumericLessThanEquals", "s3:max-keys", "10", True),
        ("NumericLessThan", "s3:max-keys", 10, False),
        ("NumericGreaterThan", "s3:max-keys", "9.5", True),
        ("NumericNotEquals", "s3:max-keys", "10", False),
        ("DateGreaterThan", "aws:CurrentTime", "2026-05-01T11:59:59Z", True),
        ("DateLessThan", "aws:CurrentTime", "2026-05-01T12:00:00+02:00", False),
        ("DateEquals", "aws:EpochTime", "2026-05-01T12:00:00Z", True),
        ("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/work*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/worker", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/worker", False),
        ("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/worker", False),
        ("Bool", "aws:SecureTransport", "false", False),
        ("BoolIfExists", "aws:SecureTransport", "false", True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["Name", "Team", "Cost"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["Name"], False),
        ("ForAllValues:StringEquals", "aws:none", ["Name"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["Team"], True),
        ("ForAnyValue:StringEquals", "aws:none", ["Team"], False),
        ("NoSuchOperator", "s3:prefix", "home/ann/", False),
    ],
)
def test_condition_operators(operator: str, key: str, value: Any, holds: bool) -> None:
    assert conditions_hold({operator: {key: value}}, CONTEXT) is holds


def test_every_condition_of_a_block_must_hold() -> None:
    block = {"StringLike": {"s3:prefix": "home/*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    assert not conditions_hold(block, CONTEXT)


def test_a_variable_may_have_a_default() -> None:
    assert substitute("a/${aws:PrincipalTag/team, 'none'}/b", {}) == "a/none/b"


def test_an_arn_pattern_does_not_cross_a_colon() -> None:
    assert not matches_arn("arn:aws:s3:::*:x", "arn:aws:s3:us-east-1:1:bucket")
