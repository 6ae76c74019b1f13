"""Check task 4.2, create_worker_role: judged by what the role may do, never by how its policies are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from support import attempt, expect_as_it_is, forbid
from support_workers import result_of

from day89.cloud.auth.conditions import as_list, matches_pattern
from day89.cloud.auth.evaluate import Access, Principal, decide
from day89.course.checks.expectations import expect, expect_equal, fail, show
from day89.course.checks.fake_data import Names

pytestmark = pytest.mark.filterwarnings("ignore")

EC2 = {"ec2.amazonaws.com", "ec2.amazonaws.com.cn"}


def expect_role(iam: Any, name: str, called: str) -> dict[str, Any]:
    """Return the role, or fail."""
    try:
        return iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        there = [role["RoleName"] for role in iam.list_roles()["Roles"]]
        fail(called=called, expected=f"a role {show(name)}", found=f"the roles {show(there)}", mistake="N13")


def policies_of(iam: Any, name: str) -> list[Mapping[str, Any]]:
    """Return every policy of a role: inline ones and attached ones."""
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in inline]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        documents.append(document_of(iam, attached["PolicyArn"]))
    return documents


def document_of(iam: Any, arn: str) -> Mapping[str, Any]:
    """Return the current document of a managed policy."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


class Rights:
    """Answer what a role may do, by IAM's own rules."""

    def __init__(self, iam: Any, name: str, called: str) -> None:
        """Read the role's policies, and its permissions boundary where it has one."""
        self.called = called
        role = expect_role(iam, name, called)
        account = role["Arn"].split(":")[4]
        session = f"arn:aws:sts::{account}:assumed-role/{name}/i-0123456789abcdef0"
        self.principal = Principal("role", account, session, name, role["Arn"])
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        self.layers = [policies_of(iam, name)] + ([[document_of(iam, boundary)]] if boundary else [])

    def allow(self, action: str, resource: str, facts: Mapping[str, str] | None = None) -> bool:
        """Tell whether the role may do this, in a request of which these facts are known too."""
        account = self.principal.account
        known = {
            "aws:securetransport": "true",
            "aws:principalaccount": account,
            "aws:principalarn": self.principal.role_arn,
            "aws:principaltype": "AssumedRole",
            "aws:resourceaccount": account,
            "s3:resourceaccount": account,
            "aws:requestedregion": "us-east-1",
        }
        access = Access(action, resource, known | dict(facts or {}))
        return all(decide(access, self.principal, layer).allowed for layer in self.layers)

    def expect(self, action: str, resource: str, mistake: str = "N17") -> None:
        """Fail unless the role may do this."""
        wanted = f"that the role may {action} on {show(resource)}"
        allowed = self.allow(action, resource)
        expect(allowed, called=self.called, expected=wanted, found="that it may not", mistake=mistake)

    def refuse(self, action: str, resource: str, facts: Mapping[str, str] | None = None) -> None:
        """Fail if the role may do this."""
        wanted = f"that the role may not {action} on {show(resource)}"
        allowed = self.allow(action, resource, facts)
        expect(not allowed, called=self.called, expected=wanted, found="that it may", mistake="N16")

    def said(self, word: str) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Yield an example of each thing that its policies speak of: action, resource, and what a condition wants."""
        for document in self.layers[0]:
            for statement in as_list(document.get("Statement")):
                actions, resources = (as_list(statement.get(part)) for part in ("Action", "Resource"))
                blocks = statement.get("Condition", {}).values()
                wanted = {key.lower(): as_list(value)[0] for block in blocks for key, value in block.items()}
                facts = {key: example(str(value), word) for key, value in wanted.items()}
                for action, resource in product(actions, resources):
                    yield example(action, "Anything"), resource if resource == "*" else example(resource, word), facts


def example(pattern: str, word: str) -> str:
    """Return a text that fits a pattern."""
    return pattern.replace("*", word).replace("?", "x")


def is_needed(action: str, resource: str, bucket: str) -> bool:
    """Tell whether the docstring names this."""
    prefixes = {"s3:getobject": ("input/", "code/"), "s3:putobject": ("output/",)}.get(action.lower(), ())
    return any(resource.startswith(f"arn:aws:s3:::{bucket}/{prefix}") for prefix in prefixes)


def needed(names: Names, bucket: str) -> list[tuple[str, str]]:
    """Return what the worker has to be allowed."""
    objects = f"arn:aws:s3:::{bucket}"
    reads = [f"{objects}/{names.key(prefix=prefix)}" for prefix in ("input/", "code/")]
    return [*(("s3:GetObject", read) for read in reads), ("s3:PutObject", f"{objects}/{names.key(prefix='output/')}")]


def forbidden(names: Names, bucket: str) -> Iterator[tuple[str, str]]:
    """Yield what the docstring does not name: each one is what some careless policy lets through."""
    objects, word = f"arn:aws:s3:::{bucket}", names.word()
    for place in (f"output/{word}", word, f"inputs/{word}", f"code-{word}", f"{word}/input/{word}"):
        yield "s3:GetObject", f"{objects}/{place}"
    for place in (f"input/{word}", f"code/{word}", word, f"outputs/{word}", f"{word}/output/{word}"):
        yield "s3:PutObject", f"{objects}/{place}"
    for other in (names.bucket(), f"{bucket}-2", f"x{bucket}"):
        yield "s3:GetObject", f"arn:aws:s3:::{other}/input/{word}"
        yield "s3:GetObject", f"arn:aws:s3:::{other}/code/{word}"
        yield "s3:PutObject", f"arn:aws:s3:::{other}/output/{word}"
    for action in (
        "DeleteObject",
        "GetObjectAcl",
        "GetObjectVersion",
        "GetObjectTagging",
        "PutObjectAcl",
        "RestoreObject",
    ):
        yield f"s3:{action}", f"{objects}/input/{word}"
        yield f"s3:{action}", f"{objects}/output/{word}"
    for action in ("ListBucket", "ListBucketVersions", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucket"):
        yield f"s3:{action}", objects
    for action in (
        "s3:ListAllMyBuckets",
        "ec2:RunInstances",
        "ec2:DescribeInstances",
        "iam:PassRole",
        "iam:PutRolePolicy",
    ):
        yield action, "*"


def trusted(trust: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Return which services, and who else, may assume a role by its trust policy."""
    services: set[str] = set()
    others: set[str] = set()
    for statement in as_list(trust.get("Statement")):
        if not any(
            matches_pattern(item, "sts:AssumeRole", ignore_case=True) for item in as_list(statement.get("Action"))
        ):
            continue
        principal = statement.get("Principal", "*")
        named = principal if isinstance(principal, Mapping) else {"AWS": principal}
        who = set(as_list(named.get("Service")))
        who_else = {one for kind, listed in named.items() if kind != "Service" for one in as_list(listed)}
        if statement.get("Effect") == "Allow":
            services, others = services | who, others | who_else
        else:
            services -= who
    return services, others


def expect_profile(iam: Any, name: str, called: str, mistake: str | None = None) -> None:
    """Fail unless the instance profile holds exactly the role."""
    try:
        profile = iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    except iam.exceptions.NoSuchEntityException:
        there = [profile["InstanceProfileName"] for profile in iam.list_instance_profiles()["InstanceProfiles"]]
        fail(
            called=called,
            expected=f"an instance profile {show(name)}",
            found=f"the profiles {show(there)}",
            mistake=mistake or "N13",
        )
    held = [role["RoleName"] for role in profile["Roles"]]
    expect(
        held == [name],
        called=called,
        expected=f"a profile that holds the role {show(name)}",
        found=show(held),
        mistake=mistake or "N14",
    )


@pytest.mark.task("4.2", "core", points=1)
def test_the_profile_of_that_name_holds_the_role(task: Any, cloud: Any, names: Names) -> None:
    iam, name = cloud.client("iam"), names.word()
    answer = task.create_worker_role(iam, name, names.bucket())
    expect_profile(iam, name, task.last_call)
    expect_equal(answer, name, task.last_call, "N13")


@pytest.mark.task("4.2", "core", points=1)
def test_ec2_and_nobody_else_may_assume_the_role(task: Any, cloud: Any, names: Names) -> None:
    iam, name = cloud.client("iam"), names.word()
    task.create_worker_role(iam, name, names.bucket())
    trust = expect_role(iam, name, task.last_call)["AssumeRolePolicyDocument"]
    services, others = trusted(trust)
    called, expected = task.last_call, "that ec2.amazonaws.com, and nobody else, may assume the role"
    expect(
        services & EC2,
        called=called,
        expected=expected,
        found=f"that {show(sorted(services | others)) or 'nobody'} may",
        mistake="N18",
    )
    expect(
        not services - EC2 and not others,
        called=called,
        expected=expected,
        found=f"that {show(sorted(services - EC2 | others))} may too",
        mistake="N18",
    )


@pytest.mark.task("4.2", "core", points=1)
def test_the_worker_may_read_its_input_and_code_and_write_its_output(task: Any, cloud: Any, names: Names) -> None:
    iam, name, bucket = cloud.client("iam"), names.word(), names.bucket()
    task.create_worker_role(iam, name, bucket)
    rights = Rights(iam, name, task.last_call)
    for action, resource in needed(names, bucket):
        rights.expect(action, resource)


@pytest.mark.task("4.2", "mastery", points=1)
def test_the_worker_may_do_nothing_else(task: Any, cloud: Any, names: Names) -> None:
    iam, name, bucket = cloud.client("iam"), names.word(), names.bucket()
    task.create_worker_role(iam, name, bucket)
    rights = Rights(iam, name, task.last_call)
    rights.expect(*needed(names, bucket)[0])  # a role without any rights is no answer to this
    for action, resource in forbidden(names, bucket):
        rights.refuse(action, resource)
    for action, resource, facts in rights.said(names.word()):
        if not is_needed(action, resource, bucket):
            rights.refuse(action, resource, facts)


@pytest.mark.task("4.2", "mastery", points=0.5)
def test_a_second_run_gives_the_same(task: Any, cloud: Any, names: Names) -> None:
    iam, name, bucket = cloud.client("iam"), names.word(), names.bucket()
    first = task.create_worker_role(iam, name, bucket)
    expect_all_there(iam, name, names, bucket, task.last_call)
    before = len(policies_of(iam, name))
    second = result_of(task, "N3", "create_worker_role", iam, name, bucket)
    called = f"{task.last_call} a second time"
    expect_equal(second, first, called, "N3")
    expect_all_there(iam, name, names, bucket, called, "N3")
    # The second run replaces what the first has put: under a new name each time they add up, and one may be too many.
    expect_equal(len(policies_of(iam, name)), before, f"{called}, looked at the number of its policies", "N3")


@pytest.mark.task("4.2", "mastery", points=0.5)
def test_a_run_that_broke_off_can_be_run_again(task: Any, cloud: Any, names: Names) -> None:
    iam, bucket = cloud.client("iam"), names.bucket()
    name = names.word()
    task.create_worker_role(iam, name, bucket)
    expect_all_there(iam, name, names, bucket, task.last_call)
    for operation in ("PutRolePolicy", "AttachRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile"):
        name = names.word()
        forbid(cloud, f"iam.{operation}")
        before = len(cloud.log)
        ended = attempt(task, "create_worker_role", iam, name, bucket)
        if cloud.log.after(before).count(f"iam.{operation}"):  # one that does not use the operation just succeeds
            expect_as_it_is(task, "U12", ended)
        cloud.faults.clear()
        result_of(task, "N20", "create_worker_role", iam, name, bucket)
        expect_all_there(iam, name, names, bucket, f"{task.last_call} again after {operation} had failed", "N20")


def expect_all_there(iam: Any, name: str, names: Names, bucket: str, called: str, mistake: str | None = None) -> None:
    """Fail unless the profile holds the role, EC2 may assume it, and it has the rights that it needs."""
    expect_profile(iam, name, called, mistake)
    services, _ = trusted(expect_role(iam, name, called)["AssumeRolePolicyDocument"])
    expect(
        services & EC2,
        called=called,
        expected="that EC2 may assume the role",
        found="that it may not",
        mistake=mistake or "N18",
    )
    rights = Rights(iam, name, called)
    for action, resource in needed(names, bucket):
        rights.expect(action, resource, mistake or "N17")
