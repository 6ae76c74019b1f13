"""What costs promise: every figure has a date and a source, estimates add up, and nothing that bills is missed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from day89 import costs as rooms
from day89.cloud import local
from day89.costs import leaks
from day89.errors import InvalidInputError, NotFoundError

DATA = Path(__file__).parents[2] / "data"


def call(service: str, operation: str, *, status: int = 200, **params: Any) -> Any:
    return SimpleNamespace(service=service, operation=operation, params=params, status=status)


def test_every_table_of_prices_has_a_source_and_all_have_a_date() -> None:
    table = tomllib.loads((DATA / "prices.toml").read_text(encoding="utf-8"))
    assert len(table.pop("as_of")) == 10
    assert (table.pop("region"), table.pop("currency")) == ("us-east-1", "USD")
    assert all(part["source"].startswith("https://aws.amazon.com/") for part in table.values())
    assert str(rooms.load_prices()) == "list prices of us-east-1 as of 2026-09-24"


def test_every_instance_type_has_a_price_and_every_price_a_type() -> None:
    hours = rooms.load_prices().table["ec2"]["hour"]
    assert {one.name for one in rooms.instance_types()} == set(hours)


def test_within_a_family_more_memory_never_costs_less() -> None:
    for one in rooms.instance_types():
        bigger = [other for other in rooms.instance_types() if other.family == one.family]
        # Some types with several GPUs have less memory than a dearer one with a single GPU: compare like with like.
        assert all(
            o.hour_usd >= one.hour_usd for o in bigger if (o.memory_gib >= one.memory_gib and o.gpus == one.gpus)
        )


def test_what_has_no_price_is_a_lookup_error_that_names_it() -> None:
    with pytest.raises(NotFoundError, match="x9\\.huge"):
        rooms.instance_hour_usd("x9.huge")
    with pytest.raises(NotFoundError, match="TAPE"):
        rooms.storage_month_usd(1, "TAPE")


def test_storage_is_billed_by_size_and_small_objects_by_a_least_size() -> None:
    assert rooms.storage_month_usd(10 * 1024**3) == pytest.approx(0.23)
    small = rooms.storage_month_usd(10_000, "STANDARD_IA", objects=1000)
    assert small == pytest.approx(128 * 1024 * 1000 / 1024**3 * 0.0125)


def test_a_plan_adds_up() -> None:
    plan = rooms.Plan(
        "t3.micro",
        instances=2,
        hours=3,
        volume_gib=0,
        storage_gb={"STANDARD": 10, "GLACIER": 100},
        puts=1000,
        gets=10_000,
        internet_out_gb=1,
    )
    estimate = rooms.estimate_plan(plan)
    expected = 6 * 0.0104 + 6 * 0.005 + 10 * 0.023 + 100 * 0.0036 + 0.005 + 0.004 + 0.09
    assert estimate.usd == pytest.approx(expected)
    assert "2026-09-24" in str(estimate)


def test_spot_costs_its_fraction_and_a_short_run_a_minute() -> None:
    full = rooms.estimate_plan(rooms.Plan("c5.large", hours=0.001))
    spot = rooms.estimate_plan(rooms.Plan("c5.large", hours=0.001, spot_fraction=0.3))
    assert full.lines[0].usd == pytest.approx(0.085 / 60)
    assert spot.lines[0].usd == pytest.approx(0.3 * 0.085 / 60)


@pytest.mark.parametrize(
    "wrong", [{"hours": -1}, {"spot_fraction": 1.5}, {"storage_gb": {"STANDARD": -1}}, {"puts": -1}]
)
def test_a_plan_of_less_than_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="negative"):
        rooms.estimate_plan(rooms.Plan("t3.micro", **wrong))


@pytest.mark.parametrize(
    ("one", "usd"),
    [
        (call("s3", "PutObject"), 0.000005),
        (call("s3", "PutObject", StorageClass="GLACIER"), 0.00003),
        (call("s3", "ListObjectsV2"), 0.000005),
        (call("s3", "GetObject"), 0.0000004),
        (call("s3", "HeadObject", status=404), 0.0000004),
        (call("s3", "DeleteObject"), 0),
        (call("s3", "DeleteObjects"), 0),
        (call("s3", "AbortMultipartUpload"), 0),
        (call("s3", "PutObject", status=503), 0),
        (call("ec2", "DescribeInstances"), 0),
        (call("iam", "CreateRole"), 0),
        (call("cloudwatch", "PutMetricData"), 0.00001),
        (call("sqs", "ReceiveMessage"), 0.0000004),
        (call("ec2", "RunInstances", status=400, InstanceType="t3.micro", MinCount=1), 0),
    ],
)
def test_a_call_costs_what_its_kind_costs(one: Any, usd: float) -> None:
    assert rooms.call_usd(one) == pytest.approx(usd)


def test_launches_in_a_log_cost_their_hours() -> None:
    launches = [call("ec2", "RunInstances", InstanceType="t3.micro", MinCount=2)]
    estimate = rooms.estimate_calls(launches, instance_hours=10)
    assert estimate.lines[0].usd == pytest.approx(20 * 0.0104)


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local(page_size=5) as running:
        yield running


def test_the_log_of_the_local_cloud_is_priced(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="priced-bucket")
    s3.put_object(Bucket="priced-bucket", Key="k", Body=b"x")
    s3.get_object(Bucket="priced-bucket", Key="k")["Body"].read()
    assert rooms.estimate_calls(cloud.log.calls).usd == pytest.approx(2 * 0.000005 + 0.0000004)
    assert cloud.log.price(rooms.call_usd) == pytest.approx(2 * 0.000005 + 0.0000004)


def test_an_empty_account_leaks_nothing(cloud: Any) -> None:
    assert rooms.find_leaks(ec2=cloud.client("ec2"), s3=cloud.client("s3")) == []


def test_everything_that_bills_on_is_found_and_priced(cloud: Any) -> None:
    ec2, s3 = cloud.client("ec2"), cloud.client("s3")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    run = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    kept = ec2.run_instances(**run)["Instances"][0]["InstanceId"]
    stopped = ec2.run_instances(**run)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[kept, stopped])
    ec2.stop_instances(InstanceIds=[stopped])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[stopped])
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=100, VolumeType="gp3")["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    s3.create_bucket(Bucket="leaky-bucket")
    s3.put_bucket_versioning(Bucket="leaky-bucket", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        s3.put_object(Bucket="leaky-bucket", Key="k", Body=bytes(500))
    upload = s3.create_multipart_upload(Bucket="leaky-bucket", Key="half")["UploadId"]
    s3.upload_part(Bucket="leaky-bucket", Key="half", UploadId=upload, PartNumber=1, Body=bytes(700))

    leaks = rooms.find_leaks(ec2=ec2, s3=s3)
    found = {(leak.kind, leak.id): leak for leak in leaks}
    assert found["instance", kept].month_usd == pytest.approx(0.0104 * 730)
    assert ("instance", stopped) not in found
    assert found["volume", volume].month_usd == pytest.approx(8.0)
    assert any(stopped in leak.detail for leak in leaks if leak.kind == "volume")
    assert found["snapshot", snapshot].month_usd == pytest.approx(5.0)
    assert found["elastic ip", address].month_usd == pytest.approx(0.005 * 730)
    assert "1,000 bytes" in found["old versions", "s3://leaky-bucket"].detail
    assert "700 bytes" in found["unfinished upload", "s3://leaky-bucket/half"].detail
    assert rooms.monthly_total(leaks) == pytest.approx(sum(leak.month_usd or 0 for leak in leaks))
    assert [leak.month_usd for leak in leaks] == sorted((leak.month_usd for leak in leaks), reverse=True)


def test_a_terminated_instance_and_its_volume_bill_no_more(cloud: Any) -> None:
    ec2 = cloud.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    one = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0][
        "InstanceId"
    ]
    ec2.get_waiter("instance_running").wait(InstanceIds=[one])
    ec2.terminate_instances(InstanceIds=[one])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[one])
    assert rooms.find_leaks(ec2=ec2) == []


def test_a_nat_gateway_bills_until_it_is_gone(cloud: Any) -> None:
    ec2 = cloud.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    (leak,) = [leak for leak in rooms.find_leaks(ec2=ec2) if leak.kind == "nat gateway"]
    assert (leak.id, leak.month_usd) == (gateway, pytest.approx(0.045 * 730))
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    assert [leak for leak in rooms.find_leaks(ec2=ec2) if leak.kind == "nat gateway"] == []


class Balancers:
    """Be a client of the load balancing service, which the local cloud does not have."""

    meta = SimpleNamespace(region_name="us-east-1")

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_load_balancers"
        return self

    def paginate(self) -> Any:
        return [{"LoadBalancers": [{"LoadBalancerName": "a"}]}, {"LoadBalancers": [{"LoadBalancerName": "b"}]}]


def test_load_balancers_are_found_on_every_page() -> None:
    leaks = rooms.find_leaks(elbv2=Balancers())
    assert [(leak.id, leak.month_usd) for leak in leaks] == [
        ("a", pytest.approx(0.0225 * 730)),
        ("b", pytest.approx(0.0225 * 730)),
    ]


def test_every_address_is_found_once_also_that_of_a_stopped_instance(cloud: Any) -> None:
    ec2 = cloud.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    one = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    ec2.get_waiter("instance_running").wait(InstanceIds=[one["InstanceId"]])
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=one["InstanceId"])
    network = ec2.create_network_interface(SubnetId=one["SubnetId"])["NetworkInterface"]["NetworkInterfaceId"]
    other = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=other["AllocationId"], NetworkInterfaceId=network)

    def addresses() -> list[str]:
        leaks = rooms.find_leaks(ec2=ec2)
        return sorted(leak.id for leak in leaks if leak.kind in ("elastic ip", "public address"))

    assert addresses() == sorted([address["PublicIp"], other["AllocationId"]])
    ec2.stop_instances(InstanceIds=[one["InstanceId"]])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[one["InstanceId"]])
    assert addresses() == sorted([address["AllocationId"], other["AllocationId"]])


@pytest.mark.parametrize(
    ("volume", "usd"),
    [
        ({"VolumeType": "io2", "Size": 100, "Iops": 32_000}, 12.5 + 32_000 * 0.065),
        ({"VolumeType": "io2", "Size": 100, "Iops": 70_000}, 12.5 + 32_000 * 0.065 + 32_000 * 0.0455 + 6_000 * 0.03185),
        ({"VolumeType": "io1", "Size": 10, "Iops": 500}, 1.25 + 500 * 0.065),
        ({"VolumeType": "gp3", "Size": 10, "Iops": 3_000, "Throughput": 125}, 0.8),
        ({"VolumeType": "gp3", "Size": 10, "Iops": 16_000, "Throughput": 1_000}, 0.8 + 13_000 * 0.005 + 875 * 0.04),
        ({"VolumeType": "gp2", "Size": 10, "Iops": 100}, 1.0),
        ({"VolumeType": "new", "Size": 10}, None),
    ],
)
def test_a_volume_is_priced_with_its_operations_and_throughput(volume: dict[str, Any], usd: float | None) -> None:
    (leak,) = leaks._volumes(Volumes({"VolumeId": "vol-1", **volume}))
    assert leak.month_usd == (None if usd is None else pytest.approx(usd))


class Volumes:
    """Be an EC2 client that knows one volume: the local cloud keeps no throughput."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, volume: dict[str, Any]) -> None:
        self.volume = volume

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_volumes"
        return self

    def paginate(self) -> Any:
        return [{"Volumes": [self.volume]}]


@pytest.mark.parametrize("operation", ["ListMultipartUploads", "ListObjectVersions"])
def test_a_bucket_that_may_not_be_seen_hides_no_other(cloud: Any, operation: str) -> None:
    s3 = cloud.client("s3")
    for bucket in ("a-locked-bucket", "leaky-bucket"):
        s3.create_bucket(Bucket=bucket)
    s3.create_multipart_upload(Bucket="leaky-bucket", Key="half")
    cloud.faults.add(f"s3.{operation}", where={"Bucket": "a-locked-bucket"}, code="AccessDenied", times=None)
    found = {(leak.kind, leak.id): leak for leak in rooms.find_leaks(s3=s3)}
    assert ("unfinished upload", "s3://leaky-bucket/half") in found
    unseen = found["not seen", "s3://a-locked-bucket"]
    assert (unseen.detail, unseen.month_usd) == (f"{operation}: AccessDenied", None)


def test_other_refusals_are_raised(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="leaky-bucket")
    cloud.faults.add("s3.ListObjectVersions", code="InvalidArgument", times=None)
    with pytest.raises(s3.exceptions.ClientError, match="InvalidArgument"):
        rooms.find_leaks(s3=s3)


def test_an_upload_that_ends_while_it_is_looked_at_is_no_leak(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="leaky-bucket")
    half = {"Bucket": "leaky-bucket", "Key": "half"}
    half["UploadId"] = s3.create_multipart_upload(**half)["UploadId"]
    cloud.faults.add("s3.ListParts", before=lambda _: s3.abort_multipart_upload(**half))
    assert rooms.find_leaks(s3=s3) == []


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -1.0])
def test_amounts_that_are_none_are_refused(amount: float) -> None:
    for field in ("hours", "internet_out_gb", "storage_months", "volume_gib"):
        with pytest.raises(InvalidInputError):
            rooms.estimate_plan(rooms.Plan(instance_type="t3.micro", **{field: amount}))
    with pytest.raises(InvalidInputError):
        rooms.storage_month_usd(amount)
