"""Policies on EC2: sizes, roles that are passed, tags."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import day89.cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture
def cloud() -> Iterator[Any]:
    with day89.cloud.local() as cloud:
        yield cloud


@pytest.fixture
def role(cloud: Any, role_in: Callable[..., Any]) -> Callable[..., Any]:
    """Make a client with the credentials of a role that has some statements."""
    return functools.partial(role_in, cloud)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refusal(call: Callable[[], Any]) -> str:
    """Make a call that must be refused and return the error code."""
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"]


def launch(ec2: Any, cloud: Any, **more: Any) -> Any:
    image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    wanted = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}
    return ec2.run_instances(**wanted | more)["Instances"][0]["InstanceId"]


def test_an_instance_type_condition_stops_a_large_launch(cloud: Any, role: Callable[..., Any]) -> None:
    small = {"StringEquals": {"ec2:InstanceType": ["t3.micro", "t3.nano"]}}
    instance, rest = "arn:aws:ec2:*:*:instance/*", ["image", "subnet", "security-group", "network-interface", "volume"]
    others = [f"arn:aws:ec2:*:*:{kind}/*" for kind in rest]
    ec2 = role("ec2", allow("ec2:RunInstances", instance, Condition=small), allow("ec2:RunInstances", others))
    assert launch(ec2, cloud).startswith("i-")
    assert refusal(lambda: launch(ec2, cloud, InstanceType="m5.24xlarge")) == "UnauthorizedOperation"


def test_a_launch_with_a_profile_needs_the_right_to_pass_its_role(cloud: Any, role: Callable[..., Any]) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="worker")
    ec2 = role("ec2", allow("ec2:*"))
    assert launch(ec2, cloud).startswith("i-")
    with pytest.raises(ClientError, match="iam:PassRole on resource: arn:aws:iam::123456789012:role/worker"):
        launch(ec2, cloud, IamInstanceProfile={"Name": "profile"})
    passing = allow(
        "iam:PassRole",
        "arn:aws:iam::*:role/worker",
        Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    )
    able = role("ec2", allow("ec2:*"), passing, name="able")
    assert launch(able, cloud, IamInstanceProfile={"Name": "profile"}).startswith("i-")


def test_a_tag_condition_guards_the_instances_of_others(cloud: Any, role: Callable[..., Any]) -> None:
    admin = cloud.client("ec2")
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Team", "Value": "blue"}]}]
    mine, other = launch(admin, cloud, TagSpecifications=tags), launch(admin, cloud)
    blue = {"StringEquals": {"aws:ResourceTag/Team": "blue"}}
    ec2 = role("ec2", allow("ec2:TerminateInstances", "*", Condition=blue))
    ec2.terminate_instances(InstanceIds=[mine])
    assert refusal(lambda: ec2.terminate_instances(InstanceIds=[other])) == "UnauthorizedOperation"
