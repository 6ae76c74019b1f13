"""Connect a fleet of instances to a local cloud."""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from day89.cloud.instances.fleet import InstanceFleet
from day89.cloud.instances.guest_client import SupervisorClient
from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall

__all__ = ["answered", "running_instances"]

OUTPUT = re.compile(rb"<output>.*?</output>|<output/>", re.DOTALL)


def answered(fleet: InstanceFleet, call: ApiCall, answer: Answer) -> Answer:
    """Bring the instances in step with a call that moto has done, and put what they know into its answer.

    Args:
        fleet: the instances.
        call: a call of EC2 or Auto Scaling.
        answer: moto's answer.

    Returns:
        The answer: of GetConsoleOutput with what the instance has printed, of RunInstances with the addresses it has.
    """
    replaced = fleet.reconcile()
    status, headers, body = answer
    if status != 200:
        return answer
    if call.operation == "RebootInstances":
        for instance_id in call.params["InstanceIds"]:
            fleet.reboot(instance_id)
    if call.operation == "RunInstances":
        for old, new in replaced.items():
            body = body.replace(old.encode(), new.encode())
    if call.operation == "GetConsoleOutput":
        text = base64.b64encode(fleet.console(call.params["InstanceId"]).encode())
        body = OUTPUT.sub(b"<output>" + text + b"</output>", body)
    return status, {**headers, "Content-Length": str(len(body))}, body


@contextmanager
def running_instances(
    cloud: Any, supervisor: SupervisorClient | None = None, *, isolation: str = "auto"
) -> Iterator[InstanceFleet]:
    """Let the instances of a cloud run for as long as a block lasts.

    Args:
        cloud: a ``day89.cloud.Cloud``; an HTTP endpoint is opened for its instances.
        supervisor: one to share between clouds; None starts one, and so does one of another process.
        isolation: ``auto``, ``strict`` or ``none``, see ``InstanceFleet``.

    Yields:
        The fleet. At the end no process, port or file of it is left.
    """

    def boot_delay(instance_id: str) -> float | None:
        move = cloud.keeper.moving.get(instance_id)
        if move is None:
            return 0.0
        return None if move.looks > 0 else max(0.0, max(move.due, move.boots) - time.monotonic())

    if supervisor is not None and supervisor.owner != os.getpid():
        supervisor = None
    with cloud.serve() as server:
        fleet = InstanceFleet(
            cloud.gateway.lock,
            server.endpoint,
            supervisor=supervisor,
            isolation=isolation,
            notify=cloud.state.notify,
            boot_delay=boot_delay,
        )
        cloud.gateway.instances = partial(answered, fleet)
        try:
            yield fleet
        finally:
            cloud.gateway.instances = None
            fleet.close()
