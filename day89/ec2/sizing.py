"""Choose the cheapest instance type that fits the work."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from day89.costs import InstanceType, instance_types, load_prices
from day89.costs.prices import HOURS_PER_MONTH
from day89.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

__all__ = ["Advice", "available_types", "right_size", "smallest_type"]


@dataclass(frozen=True)
class Advice:
    """The type that is used beside the type that would do."""

    current: InstanceType
    suggested: InstanceType
    saving_month_usd: float


def smallest_type(
    *,
    vcpus: int = 1,
    memory_gib: float = 0.5,
    gpus: int = 0,
    gpu_memory_gib: float = 0.0,
    architecture: str = "x86_64",
    burstable: bool = True,
    types: Iterable[InstanceType] | None = None,
) -> InstanceType:
    """Return the cheapest instance type with at least so much of everything.

    Args:
        vcpus: virtual processors.
        memory_gib: memory.
        gpus: GPUs; 0 leaves GPU types out.
        gpu_memory_gib: memory of all GPUs together.
        architecture: ``"x86_64"`` or ``"arm64"``.
        burstable: allow t types, which have a share of a processor and credits; no for steady load.
        types: types to choose from; None is the table that comes with the package, see also `available_types`.

    Raises:
        NotFoundError: no type with a price fits.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
    """
    fits = [
        one
        for one in (instance_types() if types is None else types)
        if one.hour_usd is not None
        and one.vcpus >= vcpus
        and one.memory_gib >= memory_gib
        and one.architecture == architecture
        and (burstable or not one.burstable)
        and (one.gpus >= gpus and one.gpu_memory_gib >= gpu_memory_gib if gpus else not one.gpus)
    ]
    if not fits:
        raise NotFoundError(
            f"no type with a known price has {vcpus} vCPUs, {memory_gib:g} GiB and {gpus} GPUs on {architecture}"
        )
    return min(fits, key=lambda one: (one.hour_usd or 0.0, one.vcpus, one.memory_gib, one.name))


def available_types(ec2: EC2Client) -> Iterator[InstanceType]:
    """Yield the types that the client's region offers now, with the price where the table has one.

    See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
    """
    hours = load_prices().table["ec2"]["hour"]
    for page in ec2.get_paginator("describe_instance_types").paginate():
        for item in page["InstanceTypes"]:
            yield _type(item, hours)


def right_size(
    current: str,
    *,
    peak_cpu_percent: float,
    peak_memory_percent: float | None = None,
    target_percent: float = 70,
    types: Iterable[InstanceType] | None = None,
) -> Advice:
    """Suggest the cheapest type of the same kind on which the peaks that were seen stay under a target.

    The suggestion keeps architecture and GPUs, and no t type takes the place of one that is not: its CPU share would
    not carry steady load. CloudWatch measures no memory without its agent; where the peak is not known, the memory
    stays as it is.

    Args:
        current: type that is used.
        peak_cpu_percent: highest CPUUtilization over a time that has seen all of the load.
        peak_memory_percent: highest memory use; None is not known.
        target_percent: share of the new type that the peak may take.
        types: types to choose from; None is the table that comes with the package.

    Returns:
        The current type itself, where nothing cheaper fits, or nothing at all carries the peaks under the target.

    Raises:
        InvalidInputError: a percentage that is none.
        NotFoundError: the current type is not in the table.

    See https://docs.aws.amazon.com/prescriptive-guidance/latest/optimize-costs-microsoft-workloads/right-size-selection.html
    """
    for name, value in (("peak_cpu_percent", peak_cpu_percent), ("peak_memory_percent", peak_memory_percent or 0.0)):
        if not 0 <= value <= 100:
            raise InvalidInputError(f"{name} must be from 0 to 100, not {value}")
    if not 0 < target_percent <= 100:
        raise InvalidInputError(f"target_percent must be over 0 and at most 100, not {target_percent}")
    table = list(instance_types() if types is None else types)
    now = next((one for one in table if one.name == current), None)
    if now is None or now.hour_usd is None:
        raise NotFoundError(f"instance type {current} has no price in the table: name one that has")
    best = _cheapest(
        now,
        vcpus=_needed(now.vcpus, peak_cpu_percent, target_percent),
        memory_gib=now.memory_gib
        if peak_memory_percent is None
        else now.memory_gib * peak_memory_percent / target_percent,
        gpus=now.gpus,
        gpu_memory_gib=now.gpu_memory_gib,
        architecture=now.architecture,
        burstable=now.burstable,
        types=table,
    )
    if (best.hour_usd or 0.0) >= now.hour_usd:
        best = now
    return Advice(now, best, (now.hour_usd - (best.hour_usd or 0.0)) * HOURS_PER_MONTH)


def _cheapest(now: InstanceType, **needs: Any) -> InstanceType:
    try:
        return smallest_type(**needs)
    except NotFoundError:  # the load is too much for every type in the table, the present one among them
        return now


def _needed(vcpus: int, peak_percent: float, target_percent: float) -> int:
    return max(1, math.ceil(vcpus * peak_percent / target_percent - 1e-9))


def _type(item: Any, hours: Any) -> InstanceType:
    name = item["InstanceType"]
    gpu = item.get("GpuInfo", {})
    supported = item.get("ProcessorInfo", {}).get("SupportedArchitectures", [])
    return InstanceType(
        name=name,
        vcpus=item["VCpuInfo"]["DefaultVCpus"],
        memory_gib=item["MemoryInfo"]["SizeInMiB"] / 1024,
        architecture="arm64" if "arm64" in supported else "x86_64",
        gpus=sum(one["Count"] for one in gpu.get("Gpus", [])),
        gpu_memory_gib=gpu.get("TotalGpuMemoryInMiB", 0) / 1024,
        burstable=item.get("BurstablePerformanceSupported", False),
        hour_usd=hours.get(name),
    )
