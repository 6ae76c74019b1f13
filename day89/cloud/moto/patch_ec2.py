"""Patch, while a cloud is active, the few places inside moto's EC2 that cannot be corrected from outside.

A room of its own because it brings moto's EC2 with it, which takes as long to import as all the rest of the cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.ec2 import utils
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance

from day89.cloud.moto.instance_filters import passes
from day89.cloud.moto.offerings import load_when_asked
from day89.cloud.moto.transitions import checks_passed

__all__ = ["ec2_mended"]

PASSED = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
WAITING = {"Status": "initializing", "Details": [{"Name": "reachability", "Status": "initializing"}]}

load_when_asked()


@contextmanager
def ec2_mended() -> Iterator[None]:
    """Replace, and at the end restore, what moto's EC2 gets wrong inside."""
    give_address = NetworkInterface.check_auto_public_ip

    def check_auto_public_ip(self: Any) -> None:
        # An address comes with the state `running` (day89.cloud.moto.transitions), not with the interface.
        if getattr(self, "instance", None) is not None:
            give_address(self)

    with ExitStack() as stack:
        stack.enter_context(patch.object(NetworkInterface, "check_auto_public_ip", check_auto_public_ip))
        stack.enter_context(patch.object(utils, "passes_filter_dict", passes))
        stack.enter_context(patch.object(Instance, "instance_status", property(_status)))
        stack.enter_context(patch.object(Instance, "system_status", property(_status)))
        yield


def _status(instance: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html"""
    if instance.state != "running":
        return {"Status": "not-applicable"}
    return PASSED if checks_passed(instance) else WAITING
