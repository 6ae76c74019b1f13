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

from day89.cloud.guest.commands import write_commands
from day89.processes.channel import Wire

__all__ = ["PACKAGE", "ForkServer", "SupervisorClient"]

PACKAGE = Path(__file__).parents[1] / "guest"
JAILS = ("namespaces", "landlock", "partial")
Listener = Callable[[dict[str, Any]], None]


class ForkServer:
    """A process with the libraries of the course loaded, from which supervisors are forked.

    For a program that forks one short-lived process after another, each with clouds of its own: it makes one of these
    before it forks. If it dies, however it dies, all of them end.
    """

    def __init__(self) -> None:
        """Start the process; this does not wait for it."""
        self.folder = _folder()
        self.commands = Path(self.folder.name, "bin")
        write_commands(self.commands, PACKAGE)
        self.owner = os.getpid()
        self._door, theirs = socket.socketpair()
        self.process = _start("forkserver", theirs, self.commands, *JAILS)

    def connect(self) -> socket.socket:
        """Have a supervisor forked, in this process or in a fork of it, and return the connection to it."""
        mine, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._door, [b"+"], [theirs.fileno()])
        return mine

    def close(self) -> None:
        """End the process and all supervisors; in a fork of the owner do nothing."""
        if self.owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        _wait(self.process)
        self._door.close()
        self.folder.cleanup()


class SupervisorClient:
    """The connection to the supervisor process, which may serve one fleet after another.

    A fleet makes one for itself; a program that opens many clouds makes one, passes it to each, and closes it at the
    end, so that the libraries are loaded once. If the owner dies, however it dies, the supervisor ends all instances.
    """

    def __init__(
        self,
        *,
        warm: bool = sys.platform == "linux",
        jails: Sequence[str] = JAILS,
        server: ForkServer | None = None,
    ) -> None:
        """Start the process; this does not wait for it.

        Args:
            warm: load the libraries of the course, so that Python programs on instances start in milliseconds.
            jails: the jails to choose from; the strongest that holds is taken.
            server: what to have it forked from, in place of all that; None starts it anew.
        """
        self.process: subprocess.Popen[bytes] | None = None
        if server is not None:
            self.folder, self.commands, mine = None, server.commands, server.connect()
        else:
            self.folder = _folder()
            self.commands = Path(self.folder.name, "bin")
            write_commands(self.commands, PACKAGE)
            mine, theirs = socket.socketpair()
            self.process = _start("supervisor", theirs, self.commands, *jails, *["warm"] * warm)
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
            self.wire.tell(order)

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
            self.wire.end.shutdown(socket.SHUT_WR)
        self._thread.join(10)  # it has read the end: the process has ended
        if self.process is not None:
            _wait(self.process)
        self.wire.close()
        if self.folder is not None:
            self.folder.cleanup()

    def _read(self) -> None:
        while (event := self.wire.hear()) is not None:
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


def _folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="day89-commands-")
    Path(folder.name).chmod(0o755)  # seen by instances, also where they run as another user
    return folder


def _start(name: str, connection: socket.socket, commands: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a program of the guest, and hand it its end of a connection."""
    with connection:
        return subprocess.Popen(
            [sys.executable, "-I", str(PACKAGE), name, str(connection.fileno()), str(commands), *words],
            pass_fds=[connection.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=_environment(),
        )


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    """Return the supervisor's own environment: nothing of the owner's but where to find programs and libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": os.defpath, "LANG": "C.UTF-8"}
