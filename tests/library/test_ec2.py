"""What EC2 work promises: launched right, found on every page, waited for, never left behind."""

from __future__ import annotations

import base64
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from day89 import ec2 as rooms
from day89.cloud import local
from day89.ec2.waiting import wait_for
from day89.errors import InvalidInputError, JobFailedError, NotFoundError, WaitTimeoutError, error_code
from day89.iam.roles import create_worker_role

ADMIN = "203.0.113.7/32"
MISSING = "i-0123456789abcdef0"


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local(page_size=5) as running:
        yield running


@pytest.fixture
def ec2(cloud: Any) -> Any:
    return cloud.client("ec2")


@pytest.fixture
def vpc_id(ec2: Any) -> str:
    return ec2.describe_vpcs()["Vpcs"][0]["VpcId"]


@pytest.fixture
def start(cloud: Any, ec2: Any, vpc_id: str) -> dict[str, str]:
    return {
        "image_id": rooms.newest_image(cloud.client("ssm")),
        "security_group_id": rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=ADMIN),
    }


def raw(ec2: Any, instance_id: str) -> Any:
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_the_newest_image_exists_in_its_region(cloud: Any, region: str, architecture: str) -> None:
    image_id = rooms.newest_image(cloud.client("ssm", region), architecture=architecture)
    assert image_id.startswith("ami-")


def test_an_image_that_no_parameter_names_is_a_lookup_error(cloud: Any) -> None:
    with pytest.raises(LookupError, match="/no/such"):
        rooms.newest_image(cloud.client("ssm"), parameter="/no/such")
    with pytest.raises(InvalidInputError, match="sparc"):
        rooms.newest_image(cloud.client("ssm"), architecture="sparc")


def test_a_private_key_is_written_once_for_its_owner_only(ec2: Any, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "web.pem"
    first = rooms.create_key_pair(ec2, "web", path)
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "PRIVATE KEY" in text
    assert rooms.create_key_pair(ec2, "web", path) == first
    assert path.read_text() == text


def test_a_file_that_is_no_key_of_ours_is_not_overwritten(ec2: Any, tmp_path: Path) -> None:
    path = tmp_path / "web.pem"
    path.write_text("somebody's")
    with pytest.raises(InvalidInputError, match="exists"):
        rooms.create_key_pair(ec2, "web", path)
    assert path.read_text() == "somebody's"
    assert ec2.describe_key_pairs()["KeyPairs"] == []


def test_a_key_pair_whose_file_cannot_be_written_is_taken_back(
    ec2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("day89.ec2.images.os.open", full)
    with pytest.raises(OSError, match="disk full"):
        rooms.create_key_pair(ec2, "web", tmp_path / "web.pem")
    assert ec2.describe_key_pairs()["KeyPairs"] == []


def test_a_key_pair_without_its_file_is_said_to_be_a_duplicate(ec2: Any, tmp_path: Path) -> None:
    rooms.create_key_pair(ec2, "web", tmp_path / "web.pem")
    (tmp_path / "web.pem").unlink()
    with pytest.raises(ClientError) as caught:
        rooms.create_key_pair(ec2, "web", tmp_path / "web.pem")
    assert error_code(caught.value) == "InvalidKeyPair.Duplicate"


def test_a_vpc_has_a_subnet_a_zone_and_a_way_out_and_is_made_once(ec2: Any) -> None:
    first = rooms.create_vpc(ec2, "net", subnets=2)
    assert rooms.create_vpc(ec2, "net", subnets=2) == first
    subnets = ec2.describe_subnets(SubnetIds=list(first.subnet_ids))["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {True}
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [first.vpc_id]}])["RouteTables"]
    routes = [route for table in tables for route in table["Routes"]]
    assert {"0.0.0.0/0"} <= {r["DestinationCidrBlock"] for r in routes if r.get("GatewayId") == first.gateway_id}


def test_a_vpc_without_internet_has_no_gateway(ec2: Any) -> None:
    network = rooms.create_vpc(ec2, "closed", internet=False)
    assert network.gateway_id is None
    attached = [{"Name": "attachment.vpc-id", "Values": [network.vpc_id]}]
    assert ec2.describe_internet_gateways(Filters=attached)["InternetGateways"] == []


@pytest.mark.parametrize("options", [{"cidr": "10.0.0.1/16"}, {"cidr": "10.0.0.0/28"}, {"subnets": 99}, {"subnets": 0}])
def test_a_network_that_cannot_be_laid_out_is_refused(ec2: Any, options: dict[str, Any]) -> None:
    before = len(ec2.describe_vpcs()["Vpcs"])
    with pytest.raises(InvalidInputError):
        rooms.create_vpc(ec2, "net", **options)
    assert len(ec2.describe_vpcs()["Vpcs"]) == before


def test_a_vpc_of_that_name_with_another_network_is_refused(ec2: Any) -> None:
    rooms.create_vpc(ec2, "net")
    with pytest.raises(InvalidInputError, match=r"10\.0\.0\.0/16"):
        rooms.create_vpc(ec2, "net", cidr="10.1.0.0/16")


def test_a_vpc_is_taken_down_with_all_its_parts(ec2: Any) -> None:
    network = rooms.create_vpc(ec2, "net")
    rooms.create_security_group(ec2, network.vpc_id, "web", admin_cidr=ADMIN)
    rooms.delete_vpc(ec2, network.vpc_id)
    with pytest.raises(NotFoundError, match=network.vpc_id):
        rooms.delete_vpc(ec2, network.vpc_id)


def incoming(ec2: Any, group_id: str) -> set[tuple[int, str]]:
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    return {(rule["FromPort"], block["CidrIp"]) for rule in group["IpPermissions"] for block in rule["IpRanges"]}


def test_a_security_group_lets_in_two_things_and_stays_the_same(ec2: Any, vpc_id: str) -> None:
    first = rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=ADMIN, app_port=8080)
    assert rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=ADMIN, app_port=8080) == first
    assert incoming(ec2, first) == {(22, ADMIN), (8080, "0.0.0.0/0")}


def test_rules_that_someone_added_are_taken_back(ec2: Any, vpc_id: str) -> None:
    group_id = rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=ADMIN)
    ec2.authorize_security_group_ingress(GroupId=group_id, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=ADMIN)
    assert incoming(ec2, group_id) == {(22, ADMIN), (5000, "0.0.0.0/0")}


@pytest.mark.parametrize(
    ("admin_cidr", "app_port"),
    [
        ("0.0.0.0/0", 5000),
        ("10.0.0.5/8", 5000),
        ("here", 5000),
        ("", 5000),
        ("::/0", 5000),
        (ADMIN, 0),
        (ADMIN, 65536),
        (ADMIN, 22),
    ],
)
def test_a_group_open_to_the_world_is_refused(ec2: Any, vpc_id: str, admin_cidr: str, app_port: int) -> None:
    before = len(ec2.describe_security_groups()["SecurityGroups"])
    with pytest.raises(InvalidInputError):
        rooms.create_security_group(ec2, vpc_id, "web", admin_cidr=admin_cidr, app_port=app_port)
    assert len(ec2.describe_security_groups()["SecurityGroups"]) == before


def test_a_group_in_no_vpc_is_a_lookup_error(ec2: Any) -> None:
    with pytest.raises(NotFoundError, match="vpc-0123456789abcdef0"):
        rooms.create_security_group(ec2, "vpc-0123456789abcdef0", "web", admin_cidr=ADMIN)


def test_a_launched_instance_is_as_it_should_be(cloud: Any, ec2: Any, start: Any) -> None:
    script = "#!/bin/bash\necho é\n"
    made = rooms.launch_instance(ec2, "worker", user_data=script, volume_gib=20, tags={"team": "ml"}, **start)
    item = raw(ec2, made)
    assert item["State"]["Name"] == "running"
    assert {tag["Key"]: tag["Value"] for tag in item["Tags"]} == {"Name": "worker", "team": "ml"}
    assert item["MetadataOptions"]["HttpTokens"] == "required"
    volume = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [made]}])["Volumes"][0]
    assert (volume["Encrypted"], volume["Size"], volume["VolumeType"]) == (True, 20, "gp3")
    data = ec2.describe_instance_attribute(InstanceId=made, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data).decode() == script
    behaviour = ec2.describe_instance_attribute(InstanceId=made, Attribute="instanceInitiatedShutdownBehavior")
    assert behaviour["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"
    assert rooms.list_instances(ec2) == {made: "running"}


def test_the_same_token_gives_the_same_instance(ec2: Any, start: Any) -> None:
    first = rooms.launch_instance(ec2, "worker", client_token="job-7", **start)
    assert rooms.launch_instance(ec2, "worker", client_token="job-7", **start) == first
    assert len(rooms.list_instances(ec2)) == 1


def test_an_instance_wears_the_profile_that_it_is_given(cloud: Any, ec2: Any, start: Any) -> None:
    iam = cloud.client("iam")
    create_worker_role(iam, "p", "some-bucket")
    made = rooms.launch_instance(ec2, "worker", instance_profile="p", **start)
    assert raw(ec2, made)["IamInstanceProfile"]["Arn"].endswith(":instance-profile/p")


def test_a_launch_waits_for_a_profile_that_ec2_does_not_know_yet(
    ec2: Any, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    answers = [
        ClientError({"Error": {"Code": "InvalidParameterValue", "Message": "Invalid IAM Instance Profile"}}, "R")
    ]
    real = ec2.run_instances

    def run_instances(**request: Any) -> Any:
        assert request.pop("IamInstanceProfile") == {"Name": "young"}
        if answers:
            raise answers.pop()
        return real(**request)

    monkeypatch.setattr("day89.ec2.launch.time.sleep", pauses.append)
    monkeypatch.setattr(ec2, "run_instances", run_instances)
    rooms.launch_instance(ec2, "worker", instance_profile="young", **start)
    assert pauses == [0.5]


def test_user_data_that_is_too_long_is_refused_before_any_call(ec2: Any, start: Any) -> None:
    with pytest.raises(InvalidInputError, match="16385"):
        rooms.launch_instance(ec2, "worker", user_data="é" * 8192 + "x", **start)
    assert rooms.list_instances(ec2) == {}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), WaiterError("w", "Max attempts exceeded", {})])
def test_a_launch_that_is_interrupted_leaves_nothing_running(
    ec2: Any, start: Any, monkeypatch: pytest.MonkeyPatch, interruption: BaseException
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise interruption

    monkeypatch.setattr("day89.ec2.launch.wait_for", broken)
    with pytest.raises(type(interruption)):
        rooms.launch_instance(ec2, "worker", **start)
    assert set(rooms.list_instances(ec2).values()) <= {"shutting-down", "terminated"}


def test_instances_of_every_reservation_and_page_are_listed(ec2: Any, start: Any) -> None:
    launched = {rooms.launch_instance(ec2, f"w{number}", **start) for number in range(7)}
    stopped = sorted(launched)[:2]
    rooms.set_instance_state(ec2, stopped, "stopped")
    assert set(rooms.list_instances(ec2)) == launched
    assert rooms.list_instances(ec2, state="stopped") == dict.fromkeys(stopped, "stopped")
    (found,) = rooms.describe_instances(ec2, tags={"Name": "w3"})
    assert (found.name, found.type, found.spot) == ("w3", "t3.micro", False)


@pytest.mark.parametrize("state", ["stopped", "terminated"])
def test_instances_are_there_when_the_call_returns(ec2: Any, start: Any, state: str) -> None:
    one = rooms.launch_instance(ec2, "worker", **start)
    assert rooms.set_instance_state(ec2, [one, one], state) == {one: state}
    assert rooms.list_instances(ec2)[one] == state


def test_a_stopped_instance_runs_again_and_can_be_rebooted(ec2: Any, start: Any) -> None:
    one = rooms.launch_instance(ec2, "worker", **start)
    rooms.set_instance_state(ec2, [one], "stopped")
    assert rooms.set_instance_state(ec2, [one], "running") == {one: "running"}
    rooms.reboot_instances(ec2, [one])
    rooms.wait_ready(ec2, one)
    assert rooms.describe_instance(ec2, one).state == "running"


def test_no_ids_are_fine_and_another_state_is_not(cloud: Any, ec2: Any) -> None:
    before = len(cloud.log.calls)
    assert rooms.set_instance_state(ec2, [], "terminated") == {}
    rooms.reboot_instances(ec2, [])
    with pytest.raises(InvalidInputError, match="asleep"):
        rooms.set_instance_state(ec2, [MISSING], "asleep")
    assert len(cloud.log.calls) == before


def test_an_unknown_id_is_a_lookup_error_and_nothing_changes(ec2: Any, start: Any) -> None:
    one = rooms.launch_instance(ec2, "worker", **start)
    with pytest.raises(NotFoundError, match=MISSING):
        rooms.set_instance_state(ec2, [one, MISSING], "terminated")
    assert rooms.list_instances(ec2) == {one: "running"}


@pytest.mark.parametrize(
    "act", [rooms.console_output, rooms.describe_instance, lambda e, i: rooms.reboot_instances(e, [i])]
)
def test_an_unknown_instance_is_a_lookup_error_everywhere(ec2: Any, act: Any) -> None:
    with pytest.raises(NotFoundError, match=MISSING):
        act(ec2, MISSING)


def test_a_terminated_instance_cannot_be_started(ec2: Any, start: Any) -> None:
    one = rooms.launch_instance(ec2, "worker", **start)
    rooms.set_instance_state(ec2, [one], "terminated")
    with pytest.raises(ClientError) as caught:
        rooms.set_instance_state(ec2, [one], "running")
    assert error_code(caught.value) == "IncorrectInstanceState"


def test_the_console_is_text(ec2: Any, start: Any) -> None:
    assert isinstance(rooms.console_output(ec2, rooms.launch_instance(ec2, "worker", **start)), str)


class Waiting:
    """Be a client whose waiter ends in a given way."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def get_waiter(self, name: str) -> Any:
        return self

    def wait(self, **_: Any) -> None:
        raise WaiterError("instance_running", self._reason, {})


@pytest.mark.parametrize(
    ("reason", "error"),
    [("Max attempts exceeded", WaitTimeoutError), ("Waiter encountered a terminal failure state", JobFailedError)],
)
def test_a_wait_in_vain_says_whether_it_may_still_come(reason: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="the thing"):
        wait_for(Waiting(reason), "instance_running", "the thing")


def test_a_spot_instance_comes_from_the_spot_market(ec2: Any, start: Any) -> None:
    made = rooms.launch_spot(ec2, "worker", **start)
    assert made.market == "spot"
    assert rooms.describe_instance(ec2, made.instance_id).spot


def test_without_spot_capacity_the_instance_is_bought_on_demand(cloud: Any, ec2: Any, start: Any) -> None:
    cloud.faults.add("ec2.RunInstances", nth=1, code="InsufficientInstanceCapacity", status=500)
    cloud.faults.add("ec2.RunInstances", nth=2, code="InsufficientInstanceCapacity", status=500)
    cloud.faults.add("ec2.RunInstances", nth=3, code="InsufficientInstanceCapacity", status=500)
    made = rooms.launch_spot(ec2, "worker", client_token="job-7", **start)
    assert made.market == "on-demand"
    assert not rooms.describe_instance(ec2, made.instance_id).spot
    assert len(rooms.list_instances(ec2)) == 1


def test_another_failure_of_the_spot_market_reaches_the_caller(ec2: Any, start: Any) -> None:
    with pytest.raises(ClientError):
        rooms.launch_spot(ec2, "worker", **{**start, "image_id": "ami-0123456789abcdef0"})
    assert rooms.list_instances(ec2) == {}


def test_the_lowest_spot_price_names_its_zone(ec2: Any) -> None:
    price, zone = rooms.spot_price(ec2, "t3.micro")
    assert price > 0
    assert zone.startswith("us-east-1")


def test_the_smallest_type_that_fits_is_the_cheapest_one() -> None:
    assert rooms.smallest_type(vcpus=2, memory_gib=4).name == "t3.medium"
    assert rooms.smallest_type(vcpus=2, memory_gib=4, burstable=False).name == "c5.large"
    assert rooms.smallest_type(vcpus=2, memory_gib=4, architecture="arm64").name == "t4g.medium"
    gpu = rooms.smallest_type(gpus=1, gpu_memory_gib=16)
    assert (gpu.name, gpu.hour_usd) == ("g4dn.xlarge", 0.526)


def test_a_size_that_nothing_has_is_a_lookup_error() -> None:
    with pytest.raises(NotFoundError, match="1000 vCPUs"):
        rooms.smallest_type(vcpus=1000)


def test_the_types_that_a_region_offers_have_the_sizes_of_the_table(ec2: Any) -> None:
    live = {one.name: one for one in rooms.available_types(ec2)}
    assert rooms.smallest_type(vcpus=2, memory_gib=4, types=live.values()).name == "t3.medium"
    assert (live["g4dn.xlarge"].gpus, live["g4dn.xlarge"].gpu_memory_gib) == (1, 16)


def test_a_type_that_idles_is_sized_down_and_a_busy_one_is_left() -> None:
    advice = rooms.right_size("m5.4xlarge", peak_cpu_percent=20, peak_memory_percent=10)
    assert (advice.suggested.vcpus, advice.suggested.architecture, advice.suggested.burstable) == (8, "x86_64", False)
    assert advice.saving_month_usd > 0
    busy = rooms.right_size("m5.4xlarge", peak_cpu_percent=90)
    assert (busy.suggested.name, busy.saving_month_usd) == ("m5.4xlarge", 0)


def test_memory_that_is_not_measured_is_not_taken_away() -> None:
    assert rooms.right_size("r5.2xlarge", peak_cpu_percent=5).suggested.memory_gib >= 64


@pytest.mark.parametrize("options", [{"peak_cpu_percent": 101}, {"peak_cpu_percent": 5, "target_percent": 0}])
def test_percentages_that_are_none_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        rooms.right_size("m5.large", **options)


@pytest.fixture
def template(ec2: Any, start: Any) -> str:
    rooms.create_launch_template(ec2, "web", user_data="#!/bin/bash\n", **start)
    return "web"


def test_a_launch_template_gets_a_new_version_and_keeps_its_id(ec2: Any, start: Any) -> None:
    first = rooms.create_launch_template(ec2, "web", **start)
    assert rooms.create_launch_template(ec2, "web", instance_type="t3.small", **start) == first
    versions = ec2.describe_launch_template_versions(LaunchTemplateName="web", Versions=["$Default"])
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert (data["InstanceType"], data["MetadataOptions"]["HttpTokens"]) == ("t3.small", "required")
    rooms.delete_launch_template(ec2, "web")
    assert ec2.describe_launch_templates()["LaunchTemplates"] == []


def test_a_group_grows_shrinks_and_goes(cloud: Any, ec2: Any, template: str) -> None:
    autoscaling = cloud.client("autoscaling")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    quick = {"timeout": 10, "poll_seconds": 0.01}
    sizes = {"launch_template": template, "subnet_ids": subnets, "minimum": 0, "maximum": 3}
    made = rooms.create_group(autoscaling, "fleet", desired=2, target_cpu_percent=60, **sizes, **quick)
    assert len(made.in_service) == 2
    assert rooms.create_group(autoscaling, "fleet", desired=2, **sizes, **quick) == made
    assert len(rooms.scale_group(autoscaling, "fleet", 3, **quick).in_service) == 3
    (policy,) = autoscaling.describe_policies(AutoScalingGroupName="fleet")["ScalingPolicies"]
    assert policy["TargetTrackingConfiguration"]["TargetValue"] == 60
    rooms.delete_group(autoscaling, "fleet", **quick)
    rooms.delete_group(autoscaling, "fleet", **quick)
    assert rooms.list_instances(ec2, state="running") == {}
    with pytest.raises(NotFoundError, match="fleet"):
        rooms.describe_group(autoscaling, "fleet")


@pytest.mark.parametrize(("minimum", "desired", "maximum"), [(2, 1, 3), (0, 4, 3), (-1, 0, 1)])
def test_sizes_out_of_order_are_refused(cloud: Any, minimum: int, desired: int, maximum: int) -> None:
    with pytest.raises(InvalidInputError, match="minimum <= desired"):
        rooms.create_group(
            cloud.client("autoscaling"),
            "fleet",
            launch_template="web",
            subnet_ids=["subnet-1"],
            minimum=minimum,
            desired=desired,
            maximum=maximum,
        )


class Measured:
    """Be a CloudWatch client that has measured so much CPU, by instance."""

    def __init__(self, cpu: dict[str, list[float]]) -> None:
        self._cpu = cpu

    def get_paginator(self, name: str) -> Any:
        assert name == "get_metric_data"
        return self

    def paginate(self, **arguments: Any) -> Any:
        (query,) = arguments["MetricDataQueries"]
        (dimension,) = query["MetricStat"]["Metric"]["Dimensions"]
        values = self._cpu.get(dimension["Value"], [])
        half = len(values) // 2
        return [{"MetricDataResults": [{"Values": part}]} for part in (values[:half], values[half:])]


def test_only_instances_that_did_nothing_all_day_are_idle_and_stopped(ec2: Any, start: Any) -> None:
    idle, busy, unknown = (rooms.launch_instance(ec2, name, **start) for name in ("idle", "busy", "unknown"))
    cloudwatch: Any = Measured({idle: [1.0, 2.0, 0.5], busy: [1.0, 1.0, 80.0]})
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    found = rooms.idle_instances(ec2, cloudwatch, hours=24, now=tomorrow)
    assert [(one.instance.id, one.highest_cpu_percent) for one in found] == [(idle, 2.0)]
    assert found[0].month_usd == pytest.approx(0.0104 * 730)
    assert rooms.stop_idle_instances(ec2, found) == {idle: "stopped"}
    assert rooms.list_instances(ec2) == {idle: "stopped", busy: "running", unknown: "running"}


def test_a_young_instance_is_not_called_idle(ec2: Any, start: Any) -> None:
    one = rooms.launch_instance(ec2, "young", **start)
    assert rooms.idle_instances(ec2, Measured({one: [0.0]}), hours=24) == []  # type: ignore[arg-type]


def test_spot_instances_are_not_stopped(ec2: Any, start: Any) -> None:
    made = rooms.launch_spot(ec2, "worker", **start)
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    found = rooms.idle_instances(ec2, Measured({made.instance_id: [0.0]}), now=tomorrow)  # type: ignore[arg-type]
    assert len(found) == 1
    assert rooms.stop_idle_instances(ec2, found) == {}
    assert rooms.describe_instance(ec2, made.instance_id).state == "running"


@pytest.mark.parametrize(
    ("name", "peaks"), [("m5.24xlarge", (100, None)), ("m5.large", (90, 95)), ("m5.24xlarge", (100, 100))]
)
def test_a_type_that_is_too_small_already_stays(name: str, peaks: tuple[float, float | None]) -> None:
    advice = rooms.right_size(name, peak_cpu_percent=peaks[0], peak_memory_percent=peaks[1])
    assert (advice.suggested.name, advice.saving_month_usd) == (name, 0.0)


def test_no_ids_are_no_instances(ec2: Any) -> None:
    image = ec2.describe_images()["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    assert list(rooms.describe_instances(ec2, instance_ids=[])) == []
    assert len(list(rooms.describe_instances(ec2))) == 1
