"""Start the instances of a fleet, and end them all when the owner of the fleet ends, however it ends.

A light process that starts at once; it forks a second generation of itself that loads the libraries of the course, and
once that is ready new instances are forks of it, so that their Python programs start warm. Both end when the connection
above them ends, and the machines below them do the same: ``kill -9`` anywhere leaves nothing behind.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from day89.cloud.guest import confinement, init, namespaces
from day89.cloud.guest.preload import load
from day89.cloud.guest.rootfs import RootFilesystem, make_view
from day89.processes import tree
from day89.processes.channel import Wire
from day89.sandbox import landlock, seccomp

__all__ = ["ROOT", "InstanceSupervisor", "best_jail", "main"]

ROOT = "@ROOT@"
PROBE_SECONDS = 20


def main(arguments: list[str]) -> int:
    """Serve the owner on the descriptor that is named.

    Args:
        arguments: the descriptor, the folder of commands, the names of the jails to try, and ``warm`` where a
            generation with libraries is wanted.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's business; its end is ours
    owner = Wire(socket.socket(fileno=int(arguments[0])))
    os.setsid()
    view = make_view(Path(arguments[1]))
    mode = best_jail(view, arguments[2:])
    owner.tell({"event": "ready", "jail": mode})
    supervisor = InstanceSupervisor(owner, mode, view, warm=False, grow="warm" in arguments[2:])
    supervisor.folders.append(str(Path(arguments[1]).parent))
    supervisor.run()
    for folder in supervisor.folders:  # where the owner was killed, nobody else does it
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def best_jail(view: RootFilesystem, wanted: list[str]) -> str:
    """Return the strongest jail of those that are wanted that holds here."""
    if not namespaces.possible():
        return namespaces.NONE
    modes = [namespaces.PARTIAL]
    if seccomp.available():
        confinement.make_filters()  # once, for all that is forked from here
        modes = [
            namespaces.NAMESPACES,
            *([namespaces.LANDLOCK] if landlock.landlock_version() else []),
            namespaces.PARTIAL,
        ]
    return next((mode for mode in modes if mode in wanted and _holds(mode, view)), namespaces.NONE)


def _holds(mode: str, view: RootFilesystem) -> bool:
    """Try a jail in a child of ours."""
    with tempfile.TemporaryDirectory(prefix="day89-probe-") as folder:
        Path(folder, "root").mkdir()
        pid = os.fork()
        if pid == 0:
            code = 1
            signal.alarm(PROBE_SECONDS)  # a kernel that answers in another way than we know must not keep us
            try:
                code = 0 if confinement.holds(mode, f"{folder}/root", view) else 1
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
    return status == 0


class InstanceSupervisor:
    """The instances of one generation and the connection to the next generation."""

    def __init__(self, above: Wire, mode: str, view: RootFilesystem, *, warm: bool, grow: bool) -> None:
        """Take over the connection upwards; start the next generation where one is wanted."""
        self.above = above
        self.mode = mode
        self.view = view
        self.warm = warm
        self.folders: list[str] = []
        self.machines: dict[str, tuple[int, Wire]] = {}
        self.next: Wire | None = None
        self.next_pid = 0
        self.next_ready = False
        self.selector = selectors.DefaultSelector()
        tree.adopt_orphans()
        if grow:
            self._grow()

    def run(self) -> None:
        """Serve until the connection upwards ends, then end everything below."""
        self.selector.register(self.above, selectors.EVENT_READ, self._on_owner)
        on = True
        while on:
            for key, _ in self.selector.select():
                on = key.data() and on
        # Closing the connections tells each machine to end all that it started; whoever does not listen is killed.
        for _, wire in self.machines.values():
            wire.close()
        if self.next:
            self.next.close()
            if not self.next_ready:  # it loads libraries, does not listen, and holds no machine yet
                os.kill(self.next_pid, signal.SIGKILL)
        self._reap()
        tree.kill_all()

    def _reap(self, seconds: int = 5) -> None:
        signal.signal(signal.SIGALRM, lambda *_: tree.kill_all())
        signal.alarm(seconds)
        try:
            while True:
                os.waitpid(-1, 0)
        except ChildProcessError:
            signal.alarm(0)

    def _grow(self) -> None:
        mine, theirs = socket.socketpair()
        self.next_pid = os.fork()
        if self.next_pid == 0:
            _serve_warm(theirs, self.mode, self.view)
        theirs.close()
        self.next = Wire(mine)
        self.selector.register(self.next, selectors.EVENT_READ, self._on_next)

    def _on_owner(self) -> bool:
        order = self.above.hear()
        if order is not None:
            self._obey(order)
        return order is not None

    def _obey(self, order: dict[str, Any]) -> None:
        if order["op"] == "folder":
            self.folders.append(order["path"])
            return
        known = order["id"] in self.machines
        if self.next and self.next_ready and not known:
            self.next.tell(order)
        elif order["op"] == "launch":
            self._launch(order)
        elif known:
            self.machines[order["id"]][1].tell(order)
        else:
            self.above.tell({"event": "gone", "id": order["id"]})

    def _launch(self, order: dict[str, Any]) -> None:
        mine, theirs = socket.socketpair()
        mode = namespaces.NONE if order["jail"] == namespaces.NONE else self.mode
        inside = mode in (namespaces.NAMESPACES, namespaces.PARTIAL)
        launch = _placed({**order, "jail": mode}, "" if inside else order["root"])
        pid = os.fork()
        if pid == 0:
            init.boot(theirs, launch, self.view, warm=self.warm)
        theirs.close()
        wire = Wire(mine)
        self.machines[order["id"]] = (pid, wire)
        self.selector.register(wire, selectors.EVENT_READ, lambda: self._on_machine(order["id"], wire, inside))

    def _on_machine(self, name: str, wire: Wire, inside: bool) -> bool:
        event = wire.hear()
        if event is not None:
            self.above.tell({**event, "id": name})
        else:
            self.selector.unregister(wire)
            wire.close()
            pid, _ = self.machines.pop(name)
            os.waitpid(pid, 0)
            if not inside:
                self._sweep()
            self.above.tell({"event": "gone", "id": name})
        return True

    def _sweep(self) -> None:
        """End what a machine left behind that was itself killed: its orphans have become children of this process."""
        mine = {pid for pid, _ in self.machines.values()} | {self.next_pid}
        while left := set(tree.children(os.getpid())) - mine:
            for pid in left:
                tree.kill_tree(pid)

    def _on_next(self) -> bool:
        assert self.next
        event = self.next.hear()
        if event is not None:
            self.next_ready = self.next_ready or event["event"] == "warm"
            self.above.tell(event)
        else:
            self.selector.unregister(self.next)
            self.next, self.next_ready = None, False
        return True


def _placed(value: Any, root: str) -> Any:
    """Put the instance's root, as the instance will see it, into everything that an order says."""
    if isinstance(value, dict):
        return {name: _placed(item, root) for name, item in value.items()}
    if isinstance(value, list):
        return [_placed(item, root) for item in value]
    return value.replace(ROOT, root) if isinstance(value, str) else value


def _serve_warm(connection: socket.socket, mode: str, view: RootFilesystem) -> None:
    """Load the libraries in this freshly forked process and serve as the next generation; never return."""
    try:
        tree.close_all_but({connection.fileno()})
        tree.die_with_parent()
        above = Wire(connection)
        load()
        above.tell({"event": "warm", "id": ""})
        InstanceSupervisor(above, mode, view, warm=True, grow=False).run()
    finally:
        os._exit(0)
