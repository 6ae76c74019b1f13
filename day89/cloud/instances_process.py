"""Talk to the supervisor: the one child process of the owner, from which all instances are forked."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from day89.cloud.shims.commands import write_commands
from day89.cloud.shims.wire import Wire

__all__ = ["PACKAGE", "Supervisor"]

PACKAGE = Path(__file__).parent / "shims"
JAILS = ("namespaces", "landlock", "partial")
Listener = Callable[[dict[str, Any]], None]


class Supervisor:
    """Hold the supervisor process and the folder of commands. It may serve one fleet after another.

    A fleet makes one for itself; a program that opens many clouds makes one, passes it to each, and closes it at the
    end, so that the libraries are loaded once. If the owner dies, however it dies, the supervisor ends all instances.
    """

    def __init__(self, *, warm: bool = sys.platform == "linux", jails: Sequence[str] = JAILS) -> None:
        """Start the process; this does not wait for it.

        Args:
            warm: load the libraries of the course, so that Python programs on instances start in milliseconds.
            jails: the jails to choose from; the strongest that holds is taken.
        """
        self.folder = tempfile.TemporaryDirectory(prefix="day89-commands-")
        self.commands = Path(self.folder.name, "bin")
        Path(self.folder.name).chmod(0o755)  # seen by instances, also where they run as another user
        write_commands(self.commands, PACKAGE)
        mine, theirs = socket.socketpair()
        words = [sys.executable, "-I", str(PACKAGE), "supervisor", str(theirs.fileno()), str(self.commands)]
        words += [*jails, *["warm"] * warm]
        self.process = subprocess.Popen(
            words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_environment()
        )
        theirs.close()
        self.wire = Wire(mine)
        self.owner = os.getpid()  # a fork of the owner has neither the thread nor the right to give orders
        self.jail = ""
        self.warm = False
        self.changed = threading.Condition()
        self._listener: Listener = lambda event: None
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="day89-supervisor", daemon=True)
        self._thread.start()

    def listen(self, listener: Listener) -> None:
        """Have every event of an instance passed to a function, in a thread of the supervisor's connection."""
        self._listener = listener

    def order(self, **order: Any) -> None:
        """Send an order: ``op`` is launch, kill or reboot of instance ``id``; or folder, ``path`` to clear up."""
        with self._sending:
            self.wire.send(order)

    def wait_ready(self, *, warm: bool = False, timeout: float = 30) -> str:
        """Wait until the process serves (or has its libraries) and return the mode of the jail that holds here."""
        with self.changed:
            self.changed.wait_for(
                lambda: (self.jail and (self.warm or not warm)) or not self._thread.is_alive(), timeout
            )
        return self.jail

    def close(self) -> None:
        """End all instances and the process; nothing of them is left when this returns."""
        with contextlib.suppress(OSError):
            self.wire.connection.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join(5)
        self.wire.close()
        self.folder.cleanup()

    def _read(self) -> None:
        while (events := self.wire.receive()) is not None:
            for event in events:
                self._take(event)
        with self.changed:
            self.changed.notify_all()

    def _take(self, event: dict[str, Any]) -> None:
        if event["event"] in {"ready", "warm"}:
            with self.changed:
                self.jail = event.get("jail", self.jail)
                self.warm = self.warm or event["event"] == "warm"
                self.changed.notify_all()
        else:
            self._listener(event)


def _environment() -> dict[str, str]:
    """Return the supervisor's own environment: nothing of the owner's but where to find programs and libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": os.defpath, "LANG": "C.UTF-8"}
