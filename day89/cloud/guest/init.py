"""Run the first process of one instance: its user data, a warm Python, and the end of all that it started.

One such process per instance, forked from the supervisor. It ends, with everything below it, when it is told to and
when the connection to the supervisor ends, whatever the reason.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import stat
import time
from functools import partial
from pathlib import Path
from typing import Any

from day89.cloud.guest import confinement, namespaces, python_server
from day89.cloud.guest.console import Console
from day89.cloud.guest.rootfs import RootFilesystem
from day89.processes import tree
from day89.processes.channel import Wire
from day89.sandbox.privileges import close_to_others, prefer_for_killing
from day89.sandbox.quotas import SECONDS, Watch
from day89.sandbox.seccomp_notify import NotifySupervisor

__all__ = ["GuestInit", "boot"]

RETRY_SECONDS = 0.005


def boot(connection: socket.socket, launch: dict[str, Any], view: RootFilesystem, *, warm: bool) -> None:
    """Run an instance in this freshly forked process; never return.

    Args:
        connection: the connection to the supervisor.
        launch: ``root``, ``environment``, ``command`` (empty: user data has run before), ``log``, ``jail``.
        view: what of this machine the instance sees.
        warm: this process has the libraries of the course loaded, and runs Python programs as forks of itself.
    """
    status = 1
    try:
        os.setsid()
        tree.close_all_but({connection.fileno()})
        wire = Wire(connection)
        prefer_for_killing()
        root = confinement.enter(launch, view)
        tree.adopt_orphans()
        close_to_others(launch["jail"] != namespaces.NONE)
        GuestInit(
            wire, launch, Watch(root, [*namespaces.SYSTEM, *view.shown, "/proc"] if root == "/" else []), warm=warm
        ).run()
        status = 0
    finally:
        os._exit(status)


class GuestInit:
    """One running instance, seen from inside."""

    def __init__(self, wire: Wire, launch: dict[str, Any], watch: Watch, *, warm: bool) -> None:
        """Open the instance's own ends: the control pipe and the socket of the warm Python."""
        self.wire = wire
        self.launch = launch
        self.watch = watch
        self.mode = launch["jail"]
        self.limits = confinement.limits_in(self.mode)
        self.console = Console(launch["log"], f"{launch['run']}/console")
        self.judge = (
            None
            if self.mode in (namespaces.NONE, namespaces.PARTIAL)
            else NotifySupervisor(confinement.network_policy_of(launch))
        )
        self.run_folder = launch["run"]
        self.script = 0
        self.programs: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.control = os.open(f"{self.run_folder}/control", os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
        if not stat.S_ISFIFO(os.fstat(self.control).st_mode):
            raise OSError("the control pipe is no pipe")
        self.signals = self._listen_to_signals()
        self.listener = self._listen_for_programs() if warm else None

    def _listen_to_signals(self) -> int:
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        return reader

    def _listen_for_programs(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        place = Path(self.run_folder)
        # A socket's path has at most 107 bytes, so it is named from inside its folder.
        before = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
        os.chdir(place)
        Path("python.sock").unlink(missing_ok=True)
        listener.bind("python.sock")
        os.fchdir(before)
        os.close(before)
        listener.listen(64)
        return listener

    def run(self) -> None:
        """Start the user data and serve until the end."""
        self._start_script()
        self.selector.register(self.wire, selectors.EVENT_READ, self._on_order)
        self.selector.register(self.control, selectors.EVENT_READ, self._on_control)
        self.selector.register(self.signals, selectors.EVENT_READ, self._on_signal)
        self.selector.register(self.console.reader, selectors.EVENT_READ, self.console.drain)
        if self.listener:
            self.selector.register(self.listener, selectors.EVENT_READ, self._on_program)
        on, look = True, time.monotonic() + SECONDS
        while on:
            waiting = self.judge is not None and bool(self.judge.waiting)
            for key, _ in self.selector.select(RETRY_SECONDS if waiting else SECONDS):
                on = key.data() and on
            if self.judge:
                self.judge.again()
            if time.monotonic() > look:
                self._look()
                look = time.monotonic() + SECONDS
        tree.kill_all()
        self.wire.tell({"event": "killed"})

    def _look(self) -> None:
        words = self.watch.excess(lambda: tree.descendants(os.getpid()))
        if words:
            self._end_all()
            self.console.say(f"day89: all programs of this instance were ended: they took {words}")

    def _confine(self, connection: socket.socket) -> None:
        """Confine this process, a child of the first one, and hand over where its connections are asked about."""
        listener = confinement.confine(self.mode, self.limits)
        if listener is not None:
            socket.send_fds(connection, [b"."], [listener])
            os.close(listener)
        connection.close()

    def _expect_questions(self, connection: socket.socket) -> None:
        """Wait for what ``_confine`` hands over."""
        if self.judge is None:
            connection.close()
            return

        def arrived() -> bool:
            self.selector.unregister(connection)
            _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
            connection.close()
            for listener in descriptors:
                self.selector.register(listener, selectors.EVENT_READ, partial(self._on_question, listener))
            return True

        self.selector.register(connection, selectors.EVENT_READ, arrived)

    def _on_question(self, listener: int) -> bool:
        assert self.judge
        if not self.judge.hear(listener):
            self.selector.unregister(listener)
            os.close(listener)
        return True

    def _start_script(self) -> None:
        if not self.launch["command"]:
            return
        mine, theirs = socket.socketpair()
        self.script = os.fork()
        if self.script:
            theirs.close()
            self._expect_questions(mine)
            return
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for source, target in ((nothing, 0), (self.console.writer, 1), (self.console.writer, 2)):
                os.dup2(source, target)
            self._confine(theirs)
            tree.close_all_but(set())
            os.umask(0o022)
            os.chdir(self.launch["cwd"])
            command = self.launch["command"]
            os.execvpe(command[0], command, self.launch["environment"])
        except OSError as error:
            # The words of cloud-init where a script's interpreter does not exist.
            os.write(2, f"Failed running {self.launch['command'][-1]}: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def _on_order(self) -> bool:
        order = self.wire.hear()
        if order is None or order["op"] == "kill":
            return False
        if order["op"] == "reboot":
            self._end_all()
        return True

    def _end_all(self) -> None:
        tree.kill_all()
        self._forget_programs()
        if self.script:
            self._ended(self.script, signal.SIGKILL)

    def _on_control(self) -> bool:
        with contextlib.suppress(BlockingIOError):  # there is nothing
            for line in os.read(self.control, 4096).decode(errors="replace").splitlines():
                self.wire.tell({"event": "control", "text": line})
        return True

    def _on_signal(self) -> bool:
        os.read(self.signals, 4096)
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self._on_control()  # what a program has ordered, such as a shutdown, comes before its end
                self._ended(*found)
        except ChildProcessError:  # no program is left, so none will ever be started again
            self.wire.tell({"event": "quiet"})
        return True

    def _ended(self, pid: int, status: int) -> None:
        code = os.waitstatus_to_exitcode(status)
        if pid == self.script:
            self.script = 0
            self.console.drain()
            self._note_end()
            self.wire.tell({"event": "ended", "status": code})
        client = self.programs.pop(pid, None)
        if client:
            self.selector.unregister(client)
            _tell(client, code)

    def _note_end(self) -> None:
        """Leave the mark from which on a shutdown in a minute takes a second."""
        with contextlib.suppress(OSError):  # the script has put something else there: its own loss
            os.close(os.open(f"{self.run_folder}/ended", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK))

    def _on_program(self) -> bool:
        assert self.listener
        client, _ = self.listener.accept()
        try:
            program = python_server.receive(client)
        except (OSError, ValueError):
            client.close()
            return True
        mine, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            python_server.become(program, lambda: self._confine(theirs))
        theirs.close()
        self._expect_questions(mine)
        program.close()
        self.programs[pid] = client
        client.sendall(b"%d\n" % pid)
        self.selector.register(client, selectors.EVENT_READ, lambda: self._client_left(pid, client))
        return True

    def _client_left(self, pid: int, client: socket.socket) -> bool:
        # The program that asked was itself killed: what it stands for goes with it.
        self.programs.pop(pid, None)
        self.selector.unregister(client)
        client.close()
        os.kill(pid, signal.SIGKILL)
        return True

    def _forget_programs(self) -> None:
        for client in self.programs.values():
            self.selector.unregister(client)
            client.close()
        self.programs.clear()


def _tell(client: socket.socket, code: int) -> None:
    with contextlib.suppress(OSError):
        client.sendall(b"%d\n" % code)
    client.close()
