"""What roles promise: exactly the rights that a job needs, however often they are made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from day89.cloud import local
from day89.errors import NotFoundError, error_code
from day89.iam import policies
from day89.iam import roles as rooms

BUCKET = "work-of-roles"


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local() as running:
        running.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def iam(cloud: Any) -> Any:
    return cloud.client("iam")


def test_a_worker_role_is_worn_by_ec2_and_made_once(iam: Any) -> None:
    assert rooms.create_worker_role(iam, "worker", BUCKET) == "worker"
    once = rooms.role_policies(iam, "worker")
    assert rooms.create_worker_role(iam, "worker", BUCKET) == "worker"
    assert rooms.role_policies(iam, "worker") == once
    trust = iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    profile = iam.get_instance_profile(InstanceProfileName="worker")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["worker"]


def test_a_worker_may_read_input_and_code_and_write_output_and_nothing_else(iam: Any) -> None:
    rooms.create_worker_role(iam, "worker", BUCKET)
    (policy,) = rooms.role_policies(iam, "worker").values()
    arn = f"arn:aws:s3:::{BUCKET}"
    allowed = {(tuple(s["Action"]), tuple(s["Resource"])) for s in policy["Statement"]}
    assert allowed == {
        (("s3:GetObject",), (f"{arn}/code/*", f"{arn}/input/*")),
        (("s3:PutObject",), (f"{arn}/output/*",)),
    }


def test_rights_that_someone_added_are_taken_back(iam: Any) -> None:
    rooms.create_worker_role(iam, "worker", BUCKET)
    everything = policies.document([policies.allow(["*"], ["*"])])
    iam.put_role_policy(RoleName="worker", PolicyName="more", PolicyDocument=json.dumps(everything))
    managed = iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(everything))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="worker", PolicyArn=managed)
    rooms.create_worker_role(iam, "worker", BUCKET)
    assert list(rooms.role_policies(iam, "worker")) == ["job"]
    assert iam.list_attached_role_policies(RoleName="worker")["AttachedPolicies"] == []


def test_a_profile_that_holds_another_role_is_mended(iam: Any) -> None:
    rooms.create_role(iam, "old", policies.job_policy(BUCKET, read=["a/"]))
    rooms.create_role(iam, "new", policies.job_policy(BUCKET, read=["b/"]))
    rooms.create_instance_profile(iam, "p", "old")
    rooms.create_instance_profile(iam, "p", "new")
    profile = iam.get_instance_profile(InstanceProfileName="p")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["new"]


def test_a_profile_for_no_role_is_a_lookup_error_and_is_not_made(iam: Any) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        rooms.create_instance_profile(iam, "p", "nobody")
    assert iam.list_instance_profiles()["InstanceProfiles"] == []


def test_a_role_goes_with_its_profile_and_may_be_gone_already(iam: Any) -> None:
    rooms.create_worker_role(iam, "worker", BUCKET)
    rooms.delete_role(iam, "worker")
    rooms.delete_role(iam, "worker")
    assert iam.list_instance_profiles()["InstanceProfiles"] == []
    with pytest.raises(NotFoundError, match="worker"):
        rooms.role_policies(iam, "worker")


def test_a_job_policy_holds_a_statement_for_each_need_and_none_for_no_need() -> None:
    assert policies.job_policy(BUCKET)["Statement"] == []
    full = policies.job_policy(
        BUCKET, read=["in/"], write=["out/"], list_prefixes=["in/"], log_group="jobs", metric_namespace="Jobs"
    )
    by_action = {tuple(statement["Action"]): statement for statement in full["Statement"]}
    assert by_action["s3:ListBucket",]["Resource"] == [f"arn:aws:s3:::{BUCKET}"]  # the bucket, not bucket/*
    assert by_action["s3:ListBucket",]["Condition"] == {"StringLike": {"s3:prefix": ["in/*"]}}
    assert by_action["cloudwatch:PutMetricData",]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Jobs"}}
    assert not any(action == "*" for statement in full["Statement"] for action in statement["Action"])


def worker_client(cloud: Any, iam: Any) -> Any:
    trust = policies.document([{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}])
    policy = policies.job_policy(BUCKET, read=["input/"], write=["output/"], list_prefixes=["input/"])
    arn = rooms.create_role(iam, "worn", policy, trust=trust)
    keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
    return boto3.client(
        "s3",
        "us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_the_rights_of_a_job_are_enough_for_the_job(cloud: Any, iam: Any) -> None:
    cloud.client("s3").put_object(Bucket=BUCKET, Key="input/a", Body=b"x")
    s3 = worker_client(cloud, iam)
    assert s3.get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="input/")["KeyCount"] == 1
    s3.put_object(Bucket=BUCKET, Key="output/b", Body=b"y")


@pytest.mark.parametrize(
    "act",
    [
        lambda s3: s3.get_object(Bucket=BUCKET, Key="secret/a"),
        lambda s3: s3.put_object(Bucket=BUCKET, Key="input/a", Body=b"x"),
        lambda s3: s3.delete_object(Bucket=BUCKET, Key="output/b"),
        lambda s3: s3.list_objects_v2(Bucket=BUCKET),
        lambda s3: s3.list_buckets(),
    ],
)
def test_the_rights_of_a_job_are_no_more_than_that(cloud: Any, iam: Any, act: Any) -> None:
    s3 = worker_client(cloud, iam)
    with pytest.raises(ClientError) as caught:
        act(s3)
    assert error_code(caught.value) == "AccessDenied"
