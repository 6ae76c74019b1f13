"""AWS on this machine: moto made honest, call log, faults, pace, instances that run."""

from __future__ import annotations

from day89.cloud.local import Cloud, local

__all__ = ["Cloud", "local"]
