"""Put right, while a cloud is active, the few places inside moto that cannot be mended from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from day89.cloud.pace import checks_passed

__all__ = ["moto_mended"]

PASSED = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
WAITING = {"Status": "initializing", "Details": [{"Name": "reachability", "Status": "initializing"}]}


@contextmanager
def moto_mended() -> Iterator[None]:
    """Replace, and at the end restore, what moto gets wrong inside."""
    give_address = NetworkInterface.check_auto_public_ip

    def check_auto_public_ip(self: Any) -> None:
        # An address comes with the state `running`, which day89.cloud.pace brings about, not with the interface.
        if getattr(self, "instance", None) is not None:
            give_address(self)

    with ExitStack() as stack:
        # moto reads bucket policies without their conditions; day89.cloud.policy has judged before moto is asked.
        stack.enter_context(patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED))
        stack.enter_context(patch.object(NetworkInterface, "check_auto_public_ip", check_auto_public_ip))
        stack.enter_context(patch.object(Instance, "instance_status", property(_status)))
        stack.enter_context(patch.object(Instance, "system_status", property(_status)))
        yield


def _status(instance: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html"""
    if instance.state != "running":
        return {"Status": "not-applicable"}
    return PASSED if checks_passed(instance) else WAITING
