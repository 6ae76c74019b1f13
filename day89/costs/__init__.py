"""Know what things cost on AWS: a dated price table, estimates before and after a run, and what still bills."""

from __future__ import annotations

from day89.costs.estimate import CostLine, Estimate, Plan, call_usd, estimate_calls, estimate_plan
from day89.costs.leaks import Leak, find_leaks, monthly_total
from day89.costs.prices import (
    InstanceType,
    Prices,
    instance_hour_usd,
    instance_types,
    load_prices,
    storage_month_usd,
)

__all__ = [
    "CostLine",
    "Estimate",
    "InstanceType",
    "Leak",
    "Plan",
    "Prices",
    "call_usd",
    "estimate_calls",
    "estimate_plan",
    "find_leaks",
    "instance_hour_usd",
    "instance_types",
    "load_prices",
    "monthly_total",
    "storage_month_usd",
]
