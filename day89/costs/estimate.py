"""Say what a run costs: from a plan before it runs, or from the calls that it made."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from day89.costs.prices import HOURS_PER_MONTH, Prices, load_prices
from day89.errors import InvalidInputError

__all__ = ["CostLine", "Estimate", "LoggedCall", "Plan", "call_usd", "estimate_calls", "estimate_plan"]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
S3_WRITES = re.compile(r"(Put|Post|Copy|List|Create|Upload|Complete|Restore)\w*")
S3_FREE = re.compile(r"(Delete|Abort)\w*")
DEFAULT_VOLUME_GIB = 8  # root volume of Amazon Linux


class LoggedCall(Protocol):
    """The fields of a logged call that an estimate needs; the calls of ``day89.cloud`` have them."""

    @property
    def service(self) -> str:
        """Return the service, such as ``s3``."""

    @property
    def operation(self) -> str:
        """Return the operation, such as ``PutObject``."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Return the parameters."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""


@dataclass(frozen=True)
class CostLine:
    """One line of an estimate."""

    what: str
    amount: float
    unit: str
    usd: float


@dataclass(frozen=True)
class Estimate:
    """The lines of an estimate and the prices that they rest on."""

    lines: tuple[CostLine, ...]
    basis: str

    @property
    def usd(self) -> float:
        """Return the sum."""
        return sum(line.usd for line in self.lines)

    def __str__(self) -> str:
        """Draw the estimate as a small table."""
        rows = [f"{line.what:<44} {line.amount:>12,.4g} {line.unit:<12} {line.usd:>12.6f}" for line in self.lines]
        return "\n".join([*rows, f"{'total, USD':<70} {self.usd:>12.6f}", f"({self.basis}; no tax, no free tier)"])


@dataclass(frozen=True)
class Plan:
    """A planned use of AWS, in the units that AWS bills.

    Args:
        instance_type: type of the workers; None where nothing is computed.
        instances: how many run at once.
        hours: how long each runs.
        spot_fraction: what a Spot hour costs of an on-demand hour; 1.0 is on demand. Spot prices move: look at
            ``ec2.spot_price`` before you rely on it.
        volume_gib: root volume of each instance.
        storage_gb: GB kept in S3, by storage class.
        storage_months: for how long.
        puts: S3 requests that write or list.
        gets: S3 requests that read.
        internet_out_gb: GB sent out to the internet; within the region it is free.
    """

    instance_type: str | None = None
    instances: int = 1
    hours: float = 0.0
    spot_fraction: float = 1.0
    volume_gib: float = DEFAULT_VOLUME_GIB
    storage_gb: Mapping[str, float] = field(default_factory=dict)
    storage_months: float = 1.0
    puts: int = 0
    gets: int = 0
    internet_out_gb: float = 0.0


def estimate_plan(plan: Plan) -> Estimate:
    """Return what a plan costs, before anything runs.

    Raises:
        InvalidInputError: a negative or infinite amount, or a Spot fraction that is not in 0 to 1.
        NotFoundError: a type or class without a price.
    """
    amounts = [plan.instances, plan.hours, plan.volume_gib, plan.puts, plan.gets, plan.internet_out_gb]
    amounts += [plan.storage_months, *plan.storage_gb.values()]
    if not all(0 <= amount < math.inf for amount in amounts) or not 0 <= plan.spot_fraction <= 1:
        raise InvalidInputError(
            f"a plan has finite amounts that are not negative, and a Spot fraction from 0 to 1: {plan}"
        )
    prices = load_prices()
    lines: list[CostLine] = []
    if plan.instance_type:
        lines += _compute(prices, plan.instance_type, plan.instances, plan.hours, plan.spot_fraction, plan.volume_gib)
    for storage_class, gb in plan.storage_gb.items():
        usd = gb * plan.storage_months * prices.get("s3", "storage_gb_month", storage_class)
        lines.append(CostLine(f"S3 {storage_class} storage", gb * plan.storage_months, "GB-months", usd))
    lines += _requests(prices, {("write", "STANDARD"): plan.puts, ("read", "STANDARD"): plan.gets})
    if plan.internet_out_gb:
        usd = plan.internet_out_gb * prices.get("transfer", "internet_out_gb")
        lines.append(CostLine("transfer out to the internet", plan.internet_out_gb, "GB", usd))
    return Estimate(tuple(lines), str(prices))


def estimate_calls(calls: Iterable[LoggedCall], *, instance_hours: float = 0.0) -> Estimate:
    """Return what the calls of a log would have cost on AWS.

    Requests are priced by what they are; control calls of EC2 and IAM are free; what an instance costs depends on how
    long it lives, which the calls do not say. Answers of the kind "500" are not billed.

    Args:
        calls: calls with ``service``, ``operation``, ``params``, ``status``.
        instance_hours: how long each instance that was launched runs; AWS bills 60 seconds at least.

    Raises:
        NotFoundError: an instance type without a price.
    """
    prices = load_prices()
    requests: dict[tuple[str, str], int] = defaultdict(int)
    launched: dict[str, int] = defaultdict(int)
    others: dict[str, int] = defaultdict(int)
    for call in calls:
        if call.status >= 500:
            continue
        if call.service == "s3":
            if kind := _s3_kind(call.operation):
                requests[kind, str(call.params.get("StorageClass") or "STANDARD")] += 1
        elif call.service == "ec2" and call.operation == "RunInstances" and call.status < 300:
            launched[str(call.params.get("InstanceType", "m1.small"))] += int(call.params.get("MinCount", 1))
        elif call.service in ("cloudwatch", "sqs"):
            others[call.service] += 1
    lines = _requests(prices, requests)
    for service, count in others.items():
        usd = count / 1000 * prices.get(service, "request_per_1000")
        lines.append(CostLine(f"{service} requests", count, "requests", usd))
    for instance_type, count in launched.items():
        lines += _compute(prices, instance_type, count, instance_hours, 1.0, DEFAULT_VOLUME_GIB)
    return Estimate(tuple(lines), str(prices))


def call_usd(call: LoggedCall) -> float:
    """Return what one call costs on AWS; a launched instance is counted with its least time, 60 seconds.

    Raises:
        NotFoundError: an instance type without a price.
    """
    return estimate_calls([call]).usd


def _s3_kind(operation: str) -> str | None:
    if S3_FREE.fullmatch(operation):
        return None
    return "write" if S3_WRITES.fullmatch(operation) else "read"


def _requests(prices: Prices, counts: Mapping[tuple[str, str], int]) -> list[CostLine]:
    return [
        CostLine(
            f"S3 {kind} requests, {cls}", count, "requests", count / 1000 * prices.get("s3", f"{kind}_per_1000", cls)
        )
        for (kind, cls), count in sorted(counts.items())
        if count
    ]


def _compute(
    prices: Prices, instance_type: str, instances: int, hours: float, fraction: float, volume_gib: float
) -> list[CostLine]:
    billed = instances * max(hours, prices.get("ec2", "minimum_seconds") / 3600)
    market = "on demand" if fraction == 1 else f"Spot at {fraction:.0%}"
    return [
        CostLine(
            f"{instance_type}, {market}", billed, "hours", billed * prices.get("ec2", "hour", instance_type) * fraction
        ),
        CostLine("public IPv4 addresses", billed, "hours", billed * prices.get("network", "public_ipv4_hour")),
        CostLine(
            "gp3 volumes",
            billed * volume_gib / HOURS_PER_MONTH,
            "GB-months",
            billed * volume_gib / HOURS_PER_MONTH * prices.get("ebs", "volume_gb_month", "gp3"),
        ),
    ]
