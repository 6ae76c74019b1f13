"""AWS on this machine: moto with the rules of AWS, a call log, faults, transitional states, instances that run."""

from __future__ import annotations

from day89.cloud.controls.faults import Fault
from day89.cloud.local import Cloud, Fetched, local
from day89.cloud.log import Call, CallLog
from day89.cloud.moto.transitions import Pace

__all__ = ["Call", "CallLog", "Cloud", "Fault", "Fetched", "Pace", "local"]
