"""States take as long as they are told to, and waiters need no change for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

import day89.cloud
from day89.cloud import Cloud, Pace

PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
Launch = Callable[..., list[str]]


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local(pace=Pace(looks=2)) as cloud:
        yield cloud


@pytest.fixture
def ec2(opened: Cloud) -> Any:
    return opened.client("ec2")


@pytest.fixture
def launch(opened: Cloud, ec2: Any) -> Launch:
    def launch(**options: Any) -> list[str]:
        image = opened.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
        given = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", **options}
        return [one["InstanceId"] for one in ec2.run_instances(**given)["Instances"]]

    return launch


def states(ec2: Any, ids: list[str], looks: int) -> list[str]:
    def look() -> dict[str, Any]:
        return dict(ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0])

    return [look()["State"]["Name"] for _ in range(looks)]


def test_instance_is_pending_for_as_many_looks_as_were_set(ec2: Any, launch: Launch) -> None:
    assert states(ec2, launch(), 4) == ["pending", "pending", "running", "running"]


@pytest.mark.parametrize(
    ("verb", "wanted"),
    [
        ("stop_instances", ["stopping", "stopping", "stopped"]),
        ("terminate_instances", ["shutting-down", "shutting-down", "terminated"]),
    ],
)
def test_end_takes_as_many_looks(ec2: Any, launch: Launch, verb: str, wanted: list[str]) -> None:
    ids = launch()
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    getattr(ec2, verb)(InstanceIds=ids)
    assert states(ec2, ids, 3) == wanted


def test_looks_at_other_instances_do_not_count(ec2: Any, launch: Launch) -> None:
    first, second = launch(), launch()
    states(ec2, first, 5)
    assert states(ec2, second, 1) == ["pending"]


def test_looks_in_another_region_do_not_count(opened: Cloud, ec2: Any, launch: Launch) -> None:
    ids = launch()
    for _ in range(5):
        opened.client("ec2", "eu-west-1").describe_instances()
    assert states(ec2, ids, 1) == ["pending"]


def test_milliseconds_must_pass_however_often_one_looks(opened: Cloud, ec2: Any, launch: Launch) -> None:
    opened.pace = Pace(milliseconds=60_000)
    assert set(states(ec2, launch(), 20)) == {"pending"}


def test_waiter_waits_out_milliseconds(opened: Cloud, ec2: Any, launch: Launch) -> None:
    opened.pace = Pace(milliseconds=200)
    ids = launch()
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    assert states(ec2, ids, 1) == ["running"]


def test_waiters_and_resources_see_the_same_states(opened: Cloud, ec2: Any, launch: Launch) -> None:
    instance = boto3.resource("ec2").Instance(launch()[0])
    assert instance.state["Name"] == "pending"
    instance.wait_until_running()
    assert instance.state["Name"] == "pending", "attributes of a resource are cached"
    instance.reload()
    assert instance.state["Name"] == "running"


def test_waiter_for_what_never_comes_gives_up_soon(opened: Cloud) -> None:
    s3 = opened.client("s3")
    s3.create_bucket(Bucket="some-bucket")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        s3.get_waiter("object_exists").wait(Bucket="some-bucket", Key="nope")
    assert opened.log.count("s3.HeadObject") == 20


def test_public_address_comes_with_running_and_goes_with_stopping(ec2: Any, launch: Launch) -> None:
    def address(ids: list[str]) -> str | None:
        return ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"][0].get("PublicIpAddress")

    ids = launch()
    before = address(ids)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    running = address(ids)
    ec2.stop_instances(InstanceIds=ids)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids)
    assert (before, address(ids)) == (None, None)
    assert running


def test_status_checks_pass_later_than_running(ec2: Any, launch: Launch) -> None:
    ids = launch()
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)

    def status() -> str:
        return str(ec2.describe_instance_status(InstanceIds=ids)["InstanceStatuses"][0]["InstanceStatus"]["Status"])

    assert [status() for _ in range(3)] == ["initializing", "initializing", "ok"]


def test_start_while_stopping_is_refused_and_works_once_stopped(ec2: Any, launch: Launch) -> None:
    ids = launch()
    ec2.get_waiter("instance_running").wait(InstanceIds=ids)
    ec2.stop_instances(InstanceIds=ids)
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        ec2.start_instances(InstanceIds=ids)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=ids)
    ec2.start_instances(InstanceIds=ids)
    assert states(ec2, ids, 3) == ["pending", "pending", "running"]


def test_group_of_scaled_instances_takes_its_time_too(opened: Cloud, ec2: Any) -> None:
    image = opened.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    data = {"ImageId": image, "InstanceType": "t3.micro"}
    ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    opened.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="group",
        MinSize=1,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": "template"},
        AvailabilityZones=["us-east-1a"],
    )
    found = ec2.describe_instances()["Reservations"][0]["Instances"][0]
    assert found["State"]["Name"] == "pending"


@pytest.mark.parametrize("text", ["slow", "", "AWS"])
def test_pace_of_another_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a pace is"):
        Pace.of(text)
