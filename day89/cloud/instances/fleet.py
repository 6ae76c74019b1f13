"""Run instances: each instance that moto says is running has processes here, and nothing else has.

moto's EC2 is the state. After every call that may change it, ``Fleet.reconcile`` compares: an instance that runs there
and not here is started (whoever launched it: RunInstances, a launch template, Auto Scaling), one that has ended there
is ended here.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from day89.cloud.instances import moto
from day89.cloud.instances.addresses import take
from day89.cloud.instances.guest_client import SupervisorClient
from day89.cloud.instances.imds import MetadataService
from day89.cloud.instances.instance import RunningInstance
from day89.cloud.instances.moto import Seen
from day89.errors import NotFoundError, ToolError, WaitTimeoutError

__all__ = ["InstanceFleet", "RunningInstance"]

POLL_SECONDS = 0.02


class InstanceFleet:
    """All instances of one cloud."""

    def __init__(
        self,
        lock: Any,
        endpoint: str,
        *,
        supervisor: SupervisorClient | None = None,
        isolation: str = "auto",
        notify: Callable[[], None] = lambda: None,
        boot_delay: Callable[[str], float | None] = lambda instance_id: 0.0,
    ) -> None:
        """Start the fleet; no instance runs yet.

        Args:
            lock: the gateway's lock, held by whoever calls ``reconcile``.
            endpoint: URL at which instances reach AWS.
            supervisor: one to share; None makes one of the fleet's own.
            isolation: ``auto`` (a jail where one holds), ``strict`` (a jail or ToolError), ``none``.
            notify: called when an instance has changed by itself.
            boot_delay: how many seconds a pending instance, named by its id, still needs; None: until somebody looks.

        Raises:
            ToolError: ``strict``, and no jail holds here.
        """
        self.lock = lock
        self.endpoint = endpoint
        self.notify = notify
        self.boot_delay = boot_delay
        self.changed = threading.Condition()
        self.supervisor, self._own = supervisor or SupervisorClient(), supervisor is None
        self.isolation = isolation
        self.folder = Path(tempfile.mkdtemp(prefix="day89-instances-"))
        self._instances: dict[str, RunningInstance] = {}
        self._booting: dict[str, threading.Timer] = {}
        self._metadata, self._closed = MetadataService(), False
        self.supervisor.order(op="folder", path=str(self.folder))
        self.supervisor.listen(self._on_event)
        if isolation == "strict" and self.supervisor.wait_ready() in {"", "partial", "none"}:
            self.close()
            raise ToolError("no jail for instances holds on this machine: `day89 doctor` says why")

    @property
    def jail(self) -> str:
        """Return the isolation that is in force: ``namespaces``, ``landlock``, ``partial`` or ``none``."""
        return "none" if self.isolation == "none" else self.supervisor.wait_ready()

    def get(self, instance_id: str) -> RunningInstance:
        """Return an instance.

        Raises:
            NotFoundError: the fleet has never seen it.
        """
        if instance_id not in self._instances:
            raise NotFoundError(f"instance {instance_id} does not exist in this cloud")
        return self._instances[instance_id]

    def __iter__(self) -> Iterator[RunningInstance]:
        """Iterate over all instances that were ever seen."""
        return iter(list(self._instances.values()))

    def console(self, instance_id: str) -> str:
        """Return an instance's console output."""
        return self.get(instance_id).console()

    def reconcile(self) -> dict[str, str]:
        """Start what runs in moto and has no processes here; end what has ended there.

        Returns:
            Addresses that moto had drawn for new instances, each with the one in its place.
        """
        replaced: dict[str, str] = {}
        if self._closed:
            return replaced
        for seen in moto.look():
            instance = self._instances.get(seen.id) or self._add(seen)
            if not seen.ended:
                drawn = moto.place(seen, instance.address)
                replaced |= {drawn: instance.address} if drawn else {}
            if self._is_up(seen) and not instance.alive:
                self._launch(instance)
            elif seen.ended and instance.alive and not instance.ending:
                self._end(instance)
        return replaced

    def _is_up(self, seen: Seen) -> bool:
        """Return whether an instance has booted: one that is still pending boots all the same, when its time comes."""
        if seen.state != "pending":
            return seen.state == "running"
        delay = self.boot_delay(seen.id)
        if delay is not None and delay > 0 and seen.id not in self._booting:
            self._booting[seen.id] = threading.Timer(delay, self._boot, [seen.id])
            self._booting[seen.id].daemon = True
            self._booting[seen.id].start()
        return delay is not None and delay <= 0

    def _boot(self, instance_id: str) -> None:
        with self.lock:
            self._booting.pop(instance_id, None)
            self.reconcile()

    def _end(self, instance: RunningInstance) -> None:
        instance.ending = True
        self.supervisor.order(op="kill", id=self._name(instance))

    def _name(self, instance: RunningInstance) -> str:
        # A shared supervisor sees fleet after fleet: a seeded cloud gives the same ids again.
        return f"{self.folder.name}/{instance.id}"

    def _add(self, seen: Seen) -> RunningInstance:
        instance = RunningInstance(seen, self.folder / seen.id, take(), self.lock)
        instance.root.mkdir()
        self._metadata.add(instance.metadata)
        self._instances[seen.id] = instance
        return instance

    def _launch(self, instance: RunningInstance) -> None:
        command = [] if instance.booted else instance.prepare()
        instance.alive, instance.ending, instance.booted = True, False, True
        instance.script_running, instance.exit_status = bool(command), None
        instance.has_script, instance.quiet = bool(command), False
        self.supervisor.order(
            op="launch",
            id=self._name(instance),
            command=command,
            jail=self.isolation,
            **instance.order(self.supervisor.commands, self.endpoint),
        )

    def _on_event(self, event: dict[str, Any]) -> None:
        folder, _, name = event["id"].partition("/")
        instance = self._instances.get(name)
        if instance is None or folder != self.folder.name:
            return
        if event["event"] == "control":
            self._on_control(instance, event["text"])
        again = event["event"] == "gone" and instance.ending
        with self.changed:
            if event["event"] == "ended":
                instance.script_running, instance.exit_status = False, event["status"]
            elif event["event"] == "quiet":
                instance.quiet = True
            elif event["event"] == "gone":
                instance.alive = instance.script_running = instance.ending = False
            self.changed.notify_all()
        if again:
            with self.lock:
                self.reconcile()  # it may have been started again while it was ending
        self.notify()

    def _on_control(self, instance: RunningInstance, text: str) -> None:
        with self.lock:
            if text == "reboot":
                self.reboot(instance.id)
            elif instance.alive:
                moto.finish_shutdown(instance.seen)
                self.reconcile()

    def reboot(self, instance_id: str) -> None:
        """End what an instance runs and leave it running: user data does not run again."""
        self.supervisor.order(op="reboot", id=self._name(self.get(instance_id)))

    def interrupt(self, instance_id: str, *, notice_seconds: float = 120) -> None:
        """Announce a Spot interruption in the metadata service; the caller ends the instance when the time is up."""
        self.get(instance_id).tree.interruption = datetime.now(UTC) + timedelta(seconds=notice_seconds)

    def wait(self, condition: Callable[[], bool], what: str, timeout: float = 30) -> None:
        """Wait until something holds that depends on the instances: their processes, files, or servers.

        Args:
            condition: asked whenever a process has changed, and every POLL_SECONDS.
            what: words for the error, such as ``"the server did not answer"``.
            timeout: seconds.

        Raises:
            WaitTimeoutError: it does not hold in time.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise WaitTimeoutError(f"{what} within {timeout:g} s")
            with self.changed:
                self.changed.wait(POLL_SECONDS)

    def wait_idle(self, timeout: float = 30) -> None:
        """Wait until no user data is running and no ended instance has processes left.

        Raises:
            WaitTimeoutError: some still run; the message names them.
        """
        try:
            self.wait(lambda: not self._busy(), "not idle", timeout)
        except WaitTimeoutError:
            raise WaitTimeoutError(f"still busy after {timeout:g} s: {', '.join(self._busy())}") from None

    def still(self) -> bool:
        """Return whether no instance runs a program, or is about to start or to end one."""
        return not self._booting and all(item.still or not item.alive for item in self)

    def _busy(self) -> list[str]:
        return [item.id for item in self if item.script_running or (item.alive and item.seen.moto.state in moto.GONE)]

    def close(self) -> None:
        """End every instance; leave no process, port or file."""
        self._closed = True
        for timer in self._booting.values():
            timer.cancel()
        for instance in self:
            if instance.alive:
                self._end(instance)
        if self._own:
            self.supervisor.close()
        else:
            self.wait(lambda: not any(item.alive for item in self), "an instance did not end", 10)
            self.supervisor.listen(lambda event: None)
        for instance in self:
            instance.alive = instance.script_running = False
        self._metadata.close()
        shutil.rmtree(self.folder, ignore_errors=True)
