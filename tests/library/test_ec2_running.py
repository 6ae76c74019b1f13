"""EC2 where instances run and states take time: the waits really wait, the console speaks, Spot gives notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from day89 import ec2 as rooms
from day89.cloud import local
from day89.cloud.moto.transitions import Pace
from day89.errors import InvalidInputError
from day89.iam.roles import create_worker_role

SECONDS = 30


def start(cloud: Any) -> dict[str, str]:
    ec2 = cloud.client("ec2")
    vpc_id = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    return {
        "image_id": rooms.newest_image(cloud.client("ssm")),
        "security_group_id": rooms.create_security_group(ec2, vpc_id, "web", admin_cidr="203.0.113.7/32"),
    }


@pytest.fixture
def slow(clean_environment: None) -> Iterator[Any]:
    with local(pace=Pace(looks=2)) as cloud:
        yield cloud


@pytest.fixture
def running(clean_environment: None) -> Iterator[Any]:
    with local(instances=True) as cloud:
        yield cloud


def test_states_that_take_time_are_waited_for(slow: Any) -> None:
    ec2 = slow.client("ec2")
    one = rooms.launch_instance(ec2, "worker", **start(slow))
    assert rooms.describe_instance(ec2, one).public_ip is not None
    for state in ("stopped", "running", "terminated"):
        assert rooms.set_instance_state(ec2, [one], state) == {one: state}


def test_an_instance_on_its_way_down_can_be_asked_to_run(slow: Any) -> None:
    ec2 = slow.client("ec2")
    one = rooms.launch_instance(ec2, "worker", **start(slow))
    ec2.stop_instances(InstanceIds=[one])
    assert rooms.set_instance_state(ec2, [one], "running") == {one: "running"}


def test_the_console_says_what_the_user_data_said(running: Any) -> None:
    ec2 = running.client("ec2")
    one = rooms.launch_instance(ec2, "worker", user_data="#!/bin/bash\necho grüß Gott\n", **start(running))
    running.instances.wait_idle(SECONDS)
    assert "grüß Gott" in rooms.console_output(ec2, one)


def test_a_worker_reads_what_its_role_allows_and_nothing_else(running: Any) -> None:
    s3, ec2 = running.client("s3"), running.client("ec2")
    s3.create_bucket(Bucket="worker-bucket")
    for key in ("input/a", "secret/a"):
        s3.put_object(Bucket="worker-bucket", Key=key, Body=key.encode())
    profile = create_worker_role(running.client("iam"), "worker", "worker-bucket")
    script = (
        "#!/bin/bash\n"
        "aws s3 cp s3://worker-bucket/input/a a && aws s3 cp a s3://worker-bucket/output/a\n"
        "aws s3 cp s3://worker-bucket/secret/a b || echo refused\n"
        "shutdown -h now\n"
    )
    one = rooms.launch_instance(ec2, "w", user_data=script, instance_profile=profile, **start(running))
    running.instances.wait_idle(SECONDS)
    assert s3.get_object(Bucket="worker-bucket", Key="output/a")["Body"].read() == b"input/a"
    assert "refused" in rooms.console_output(ec2, one)
    assert rooms.set_instance_state(ec2, [one], "terminated") == {one: "terminated"}


def test_a_spot_instance_is_told_before_it_is_taken(running: Any) -> None:
    made = rooms.launch_spot(running.client("ec2"), "worker", **start(running))
    endpoint = f"http://{running.instances.get(made.instance_id).metadata.endpoint}"
    assert rooms.interruption_notice(endpoint=endpoint) is None
    running.instances.interrupt(made.instance_id)
    notice = rooms.interruption_notice(endpoint=endpoint)
    assert notice is not None
    assert notice.action == "terminate"
    assert timedelta(seconds=60) < notice.time - datetime.now(UTC) <= timedelta(seconds=120)


def test_a_metadata_address_that_is_no_http_address_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="http"):
        rooms.interruption_notice(endpoint="file:///etc/passwd")
