"""Join a fleet of instances to a local cloud."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from day89.cloud.instances import Fleet
from day89.cloud.instances_process import Supervisor

__all__ = ["running_instances"]


@contextmanager
def running_instances(cloud: Any, supervisor: Supervisor | None = None, *, isolation: str = "auto") -> Iterator[Fleet]:
    """Let the instances of a cloud run for as long as a block lasts.

    Args:
        cloud: a ``day89.cloud.Cloud``; an HTTP door is opened for its instances.
        supervisor: one to share between clouds; None starts one.
        isolation: ``auto``, ``strict`` or ``none``, see ``Fleet``.

    Yields:
        The fleet. At the end no process, port or file of it is left.
    """

    def boot_delay(instance_id: str) -> float | None:
        move = cloud.keeper.moving.get(instance_id)
        if move is None:
            return 0.0
        return None if move.looks > 0 else max(0.0, move.due - time.monotonic())

    with cloud.serve() as server:
        fleet = Fleet(
            cloud.gateway.lock,
            server.endpoint,
            supervisor=supervisor,
            isolation=isolation,
            notify=cloud.state.notify,
            boot_delay=boot_delay,
        )
        cloud.gateway.reconcile = fleet.reconcile
        try:
            yield fleet
        finally:
            cloud.gateway.reconcile = None
            fleet.close()
