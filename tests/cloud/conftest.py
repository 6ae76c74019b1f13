"""Fixtures of the local cloud's tests: a cloud whose instances run, with one supervisor for all tests of a process."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

import day89.cloud
from day89.cloud.instances.guest_client import SupervisorClient

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
OPEN_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
SECONDS = 30


@pytest.fixture(scope="session")
def supervisor() -> Iterator[SupervisorClient]:
    supervisor = SupervisorClient()
    supervisor.wait_ready(warm=True)
    yield supervisor
    supervisor.close()


@pytest.fixture
def running_cloud(supervisor: SupervisorClient) -> Iterator[Any]:
    with day89.cloud.local(instances=supervisor) as cloud:
        yield cloud


@pytest.fixture
def launch_in() -> Callable[..., str]:
    """Launch one instance in a cloud and return its id."""

    def launch_in(cloud: Any, user_data: str = "", region: str = "us-east-1", **options: Any) -> str:
        image = cloud.client("ssm", region).get_parameter(Name=PARAMETER)["Parameter"]["Value"]
        wanted = {"ImageId": image, "InstanceType": "t3.micro", "UserData": user_data, "MinCount": 1, "MaxCount": 1}
        launched = cloud.client("ec2", region).run_instances(**wanted | options)
        return launched["Instances"][0]["InstanceId"]

    return launch_in


@pytest.fixture
def launch(running_cloud: Any, launch_in: Callable[..., str]) -> Callable[..., str]:
    """Launch one instance and return its id."""
    return functools.partial(launch_in, running_cloud)


@pytest.fixture
def run(running_cloud: Any, launch: Callable[..., str]) -> Callable[..., str]:
    """Launch one instance, wait until its user data has ended, and return its console output."""

    def run(script: str, **options: Any) -> str:
        instance_id = launch("#!/bin/bash\n" + script, **options)
        running_cloud.instances.wait_idle(SECONDS)
        return running_cloud.instances.console(instance_id)

    return run


@pytest.fixture
def profile(running_cloud: Any) -> str:
    """Make a role that may do anything, in a profile."""
    iam = running_cloud.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    iam.put_role_policy(RoleName="worker", PolicyName="all", PolicyDocument=json.dumps(allow))
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker")
    return "worker"


@pytest.fixture
def role_in() -> Callable[..., Any]:
    """Make a client with the credentials of a role of a cloud that has some statements, or a managed policy."""

    def make(cloud: Any, service: str, *statements: dict[str, Any], managed: str = "", name: str = "r") -> Any:
        iam = cloud.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(OPEN_TRUST))["Role"]["Arn"]
        if statements:
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
        if managed:
            iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{managed}")
        made = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        return boto3.client(
            service,
            "us-east-1",
            aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"],
            aws_session_token=made["SessionToken"],
        )

    return make
