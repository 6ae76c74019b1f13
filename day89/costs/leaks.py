"""Find what still bills: everything that goes on costing money until someone removes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.costs.prices import HOURS_PER_MONTH, load_prices, storage_month_usd
from day89.errors import NotFoundError, error_code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client

__all__ = ["Leak", "find_leaks", "monthly_total"]

FORBIDDEN = frozenset({"AccessDenied", "AllAccessDisabled", "403"})


@dataclass(frozen=True)
class Leak:
    """A resource that bills, and about how much a month (None: the table has no price for it)."""

    kind: str
    id: str
    region: str
    detail: str
    month_usd: float | None


def find_leaks(
    *,
    ec2: EC2Client | None = None,
    s3: S3Client | None = None,
    elbv2: Any = None,
    buckets: Sequence[str] | None = None,
) -> list[Leak]:
    """List what still bills in the regions of the clients that are given, dearest first.

    Looked at: running and stopping instances, every volume (a stopped instance's volumes bill on), snapshots, Elastic
    IPs and the public addresses of instances, NAT gateways, load balancers; in S3 unfinished uploads and versions that
    are no longer current. One client sees one region only: call it for each region that you use. A bucket that may not
    be looked into is listed as ``not seen``, without a price.

    Args:
        ec2: EC2 client.
        s3: S3 client.
        elbv2: Elastic Load Balancing v2 client.
        buckets: buckets to look into; None is all.

    See https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/checklistforunwantedcharges.html
    """
    found: list[Leak] = []
    if ec2 is not None:
        for look in (_instances, _volumes, _snapshots, _addresses, _nat_gateways):
            found += look(ec2)
    if elbv2 is not None:
        found += _load_balancers(elbv2)
    if s3 is not None:
        names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] if buckets is None else buckets
        for bucket in names:
            for look_into in (_uploads, _old_versions):
                found += _allowed(s3, bucket, look_into)
    return sorted(found, key=lambda leak: (-(leak.month_usd or 0.0), leak.kind, leak.id))


def monthly_total(leaks: Sequence[Leak]) -> float:
    """Return what leaks cost a month in US dollars, as far as the price table knows."""
    return sum(leak.month_usd or 0.0 for leak in leaks)


def _month(usd_per_hour: float) -> float:
    return usd_per_hour * HOURS_PER_MONTH


def _price(*path: str) -> float | None:
    try:
        return load_prices().get(*path)
    except NotFoundError:
        return None


def _pages(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    return iter(client.get_paginator(operation).paginate(**arguments))


def _allowed(s3: S3Client, bucket: str, look: Callable[[S3Client, str], Iterator[Leak]]) -> list[Leak]:
    try:
        return list(look(s3, bucket))
    except ClientError as error:
        if error_code(error) not in FORBIDDEN:
            raise
        detail = f"{error.operation_name}: {error_code(error)}"
        return [Leak("not seen", f"s3://{bucket}", s3.meta.region_name, detail, None)]


def _instances(ec2: EC2Client) -> Iterator[Leak]:
    region = ec2.meta.region_name
    live = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping"]}]
    for page in _pages(ec2, "describe_instances", Filters=live):
        for reservation in page["Reservations"]:
            for item in reservation["Instances"]:
                kind, state = item["InstanceType"], item["State"]["Name"]
                hour = _price("ec2", "hour", kind)
                cost = None if hour is None else _month(hour)
                yield Leak("instance", item["InstanceId"], region, f"{kind}, {state}", cost)
                if item.get("PublicIpAddress"):
                    address = _month(load_prices().get("network", "public_ipv4_hour"))
                    yield Leak("public address", item["PublicIpAddress"], region, f"of {item['InstanceId']}", address)


def _volumes(ec2: EC2Client) -> Iterator[Leak]:
    for page in _pages(ec2, "describe_volumes"):
        for item in page["Volumes"]:
            holder = ", ".join(a["InstanceId"] for a in item.get("Attachments", [])) or "attached to nothing"
            detail = f"{item['Size']} GiB {item['VolumeType']}, {holder}"
            yield Leak("volume", item["VolumeId"], ec2.meta.region_name, detail, _volume_month(item))


def _volume_month(volume: Any) -> float | None:
    """Return what a volume costs a month: its size, and what is paid for operations and throughput besides.

    See https://aws.amazon.com/ebs/pricing/
    """
    kind, ebs = volume["VolumeType"], load_prices().table["ebs"]
    rate = _price("ebs", "volume_gb_month", kind)
    if rate is None:
        return None
    operations = _steps(ebs["iops_month"].get(kind, []), volume.get("Iops", 0))
    return (
        rate * volume["Size"]
        + operations
        + _steps(ebs["throughput_mib_month"].get(kind, []), volume.get("Throughput", 0))
    )


def _steps(steps: Iterable[Any], amount: int) -> float:
    return sum(max(0, min(amount, step.get("to", amount)) - step["over"]) * step["usd"] for step in steps)


def _snapshots(ec2: EC2Client) -> Iterator[Leak]:
    rate = load_prices().get("ebs", "snapshot_gb_month")
    for page in _pages(ec2, "describe_snapshots", OwnerIds=["self"]):
        for item in page["Snapshots"]:
            # A snapshot holds changed blocks only; the volume's size is the most that it can bill.
            detail = f"at most {item['VolumeSize']} GiB"
            yield Leak("snapshot", item["SnapshotId"], ec2.meta.region_name, detail, rate * item["VolumeSize"])


def _addresses(ec2: EC2Client) -> Iterator[Leak]:
    rate = _month(load_prices().get("network", "public_ipv4_hour"))
    shown = {leak.id for leak in _instances(ec2) if leak.kind == "public address"}
    for item in ec2.describe_addresses()["Addresses"]:  # this operation has no pages
        if item["PublicIp"] not in shown:  # one of a running instance shows there; one of a stopped instance bills on
            holder = item.get("InstanceId") or item.get("NetworkInterfaceId")
            name = item.get("AllocationId") or item["PublicIp"]
            detail = f"{item['PublicIp']}, {f'of {holder}' if holder else 'attached to nothing'}"
            yield Leak("elastic ip", name, ec2.meta.region_name, detail, rate)


def _nat_gateways(ec2: EC2Client) -> Iterator[Leak]:
    rate = _month(load_prices().get("network", "nat_gateway_hour"))
    for page in _pages(ec2, "describe_nat_gateways"):
        for item in page["NatGateways"]:
            if item["State"] not in ("deleting", "deleted", "failed"):
                yield Leak("nat gateway", item["NatGatewayId"], ec2.meta.region_name, "without its traffic", rate)


def _load_balancers(elbv2: Any) -> Iterator[Leak]:
    rate = _month(load_prices().get("network", "load_balancer_hour"))
    for page in _pages(elbv2, "describe_load_balancers"):
        for item in page["LoadBalancers"]:
            yield Leak("load balancer", item["LoadBalancerName"], elbv2.meta.region_name, "without its traffic", rate)


def _uploads(s3: S3Client, bucket: str) -> Iterator[Leak]:
    for page in _pages(s3, "list_multipart_uploads", Bucket=bucket):
        for item in page.get("Uploads", []):
            key, upload = item["Key"], item["UploadId"]
            try:
                sheets = list(_pages(s3, "list_parts", Bucket=bucket, Key=key, UploadId=upload))
            except s3.exceptions.NoSuchUpload:  # it was finished while we looked
                continue
            parts = [part for sheet in sheets for part in sheet.get("Parts", [])]
            size = sum(part["Size"] for part in parts)
            cost = _storage(size, item.get("StorageClass"), 1)
            detail = f"{len(parts)} parts, {size:,} bytes, since {item['Initiated']:%Y-%m-%d}"
            yield Leak("unfinished upload", f"s3://{bucket}/{key}", s3.meta.region_name, detail, cost)


def _old_versions(s3: S3Client, bucket: str) -> Iterator[Leak]:
    count: dict[str, int] = {}
    size: dict[str, int] = {}
    for page in _pages(s3, "list_object_versions", Bucket=bucket):
        for item in page.get("Versions", []):
            if not item["IsLatest"]:
                storage_class = item.get("StorageClass", "STANDARD")
                count[storage_class] = count.get(storage_class, 0) + 1
                size[storage_class] = size.get(storage_class, 0) + item["Size"]
    for storage_class, number in sorted(count.items()):
        cost = _storage(size[storage_class], storage_class, number)
        detail = f"{number} in {storage_class}, {size[storage_class]:,} bytes"
        yield Leak("old versions", f"s3://{bucket}", s3.meta.region_name, detail, cost)


def _storage(size: int, storage_class: str | None, objects: int) -> float | None:
    try:
        return storage_month_usd(size, storage_class or "STANDARD", objects=objects)
    except NotFoundError:
        return None
