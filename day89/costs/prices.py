"""Look prices and instance types up in the dated tables of ``data/``."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from day89.errors import InvalidInputError, NotFoundError, ToolError

__all__ = [
    "GB",
    "HOURS_PER_MONTH",
    "InstanceType",
    "Prices",
    "instance_hour_usd",
    "instance_types",
    "load_prices",
    "storage_month_usd",
]

GB = 1024**3  # AWS bills storage by the binary gigabyte
HOURS_PER_MONTH = 730  # AWS's own convention, https://calculator.aws


@dataclass(frozen=True)
class Prices:
    """A dated table of list prices; ``table`` has the layout of ``data/prices.toml``."""

    as_of: str
    region: str
    table: Mapping[str, Any]

    def __str__(self) -> str:
        """Say in a few words what these prices are."""
        return f"list prices of {self.region} as of {self.as_of}"

    def get(self, *path: str) -> float:
        """Return one price, such as ``get("s3", "storage_gb_month", "STANDARD")``.

        Raises:
            NotFoundError: the table has no such price.
        """
        value: Any = self.table
        for name in path:
            if not isinstance(value, Mapping) or name not in value:
                raise NotFoundError(f"no price for {' '.join(path)} in data/prices.toml (as of {self.as_of})")
            value = value[name]
        return float(value)


@dataclass(frozen=True)
class InstanceType:
    """An instance type and what an hour of it costs on demand (None: not in the price table)."""

    name: str
    vcpus: int
    memory_gib: float
    architecture: str
    gpus: int = 0
    gpu_memory_gib: float = 0.0
    burstable: bool = False
    hour_usd: float | None = None

    @property
    def family(self) -> str:
        """Return the part before the dot, such as ``m7g``."""
        return self.name.partition(".")[0]


@cache
def load_prices() -> Prices:
    """Read the price table that comes with the package.

    Raises:
        ToolError: the installation lacks it.
    """
    table = tomllib.loads(_data_file("prices.toml").read_text(encoding="utf-8"))
    return Prices(as_of=table["as_of"], region=table["region"], table=MappingProxyType(table))


@cache
def instance_types() -> tuple[InstanceType, ...]:
    """Read the instance types that come with the package, with their prices, cheapest first.

    Raises:
        ToolError: the installation lacks the table.
    """
    hours = load_prices().table["ec2"]["hour"]
    lines = _data_file("instance_types.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    types = (
        InstanceType(
            name=row["type"],
            vcpus=int(row["vcpus"]),
            memory_gib=float(row["memory_gib"]),
            architecture=row["architecture"],
            gpus=int(row["gpus"]),
            gpu_memory_gib=float(row["gpu_memory_gib"]),
            burstable=row["burstable"] == "yes",
            hour_usd=hours[row["type"]],
        )
        for row in rows
    )
    return tuple(sorted(types, key=lambda one: (one.hour_usd or 0.0, one.name)))


def instance_hour_usd(instance_type: str) -> float:
    """Return what an hour of an instance type costs on demand, Linux.

    Raises:
        NotFoundError: the table has no such type.

    See https://aws.amazon.com/ec2/pricing/on-demand/
    """
    return load_prices().get("ec2", "hour", instance_type)


def storage_month_usd(size_bytes: float, storage_class: str = "STANDARD", *, objects: int = 1) -> float:
    """Return what some bytes in S3 cost a month.

    Args:
        size_bytes: bytes in total.
        storage_class: such as ``"STANDARD"``.
        objects: how many objects they are. Where a class has a least size, the bill is for at least that much each;
            this takes all objects to be of the same size.

    Raises:
        InvalidInputError: a size or number of objects that is negative or not finite.
        NotFoundError: the table has no such class.

    See https://aws.amazon.com/s3/pricing/
    """
    if not (0 <= size_bytes < math.inf and objects >= 0):
        raise InvalidInputError(f"{size_bytes} bytes in {objects} objects: there is no such thing to store")
    prices = load_prices()
    least = prices.table["s3"]["minimum_bytes"].get(storage_class, 0)
    return max(size_bytes, least * objects) / GB * prices.get("s3", "storage_gb_month", storage_class)


def _data_file(name: str) -> Path:
    # In a checkout data/ stands beside the package; an installed package carries a copy inside.
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "data", package / "_files" / "data"):
        if (folder / name).is_file():
            return folder / name
    raise ToolError(f"data/{name} is missing from this installation of day89: install it again")
