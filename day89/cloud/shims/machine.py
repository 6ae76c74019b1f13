"""Be the first process of one instance: run its user data, give it a warm Python, and end all that it started.

One such process per instance, forked from the supervisor. It ends, with everything below it, when it is told to and
when the connection to the supervisor ends, whatever the reason.
"""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import socket
from pathlib import Path
from typing import Any

from day89.cloud import jail
from day89.cloud.shims import interpreter, processes
from day89.cloud.shims.wire import Wire, close_all_but

__all__ = ["Machine", "boot"]

FILE_BYTES = 4 << 30


def boot(connection: socket.socket, launch: dict[str, Any], *, warm: bool) -> None:
    """Run an instance in this freshly forked process; never return.

    Args:
        connection: the connection to the supervisor.
        launch: ``root``, ``environment``, ``command`` (empty: user data has run before), ``log``, ``jail``, ``binds``.
        warm: this process has the libraries of the course loaded, and runs Python programs as forks of itself.
    """
    status = 1
    try:
        os.setsid()
        close_all_but({connection.fileno()})
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        wire = Wire(connection)
        if launch["jail"] == jail.NAMESPACES:
            jail.enter(launch["root"], launch["binds"])
        processes.adopt_orphans()
        Machine(wire, launch, warm=warm).run()
        status = 0
    finally:
        os._exit(status)


class Machine:
    """Hold one running instance."""

    def __init__(self, wire: Wire, launch: dict[str, Any], *, warm: bool) -> None:
        """Open the instance's own doors: the control pipe and the socket of the warm Python."""
        self.wire = wire
        self.launch = launch
        self.run_folder = launch["run"]
        self.script = 0
        self.programs: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.control = os.open(f"{self.run_folder}/control", os.O_RDWR | os.O_NONBLOCK)
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
        if self.listener:
            self.selector.register(self.listener, selectors.EVENT_READ, self._on_program)
        on = True
        while on:
            for key, _ in self.selector.select():
                on = key.data() and on
        processes.kill_all()
        self.wire.send({"event": "killed"})

    def _start_script(self) -> None:
        if not self.launch["command"]:
            return
        self.script = os.fork()
        if self.script:
            return
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            log = os.open(self.launch["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for source, target in ((nothing, 0), (log, 1), (log, 2)):
                os.dup2(source, target)
            close_all_but(set())
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
        orders = self.wire.receive()
        if orders is None:
            return False
        for order in orders:
            if order["op"] == "kill":
                return False
            if order["op"] == "reboot":
                processes.kill_all()
                self._forget_programs()
                if self.script:
                    self._ended(self.script, signal.SIGKILL)
        return True

    def _on_control(self) -> bool:
        for line in os.read(self.control, 4096).decode(errors="replace").splitlines():
            self.wire.send({"event": "control", "text": line})
        return True

    def _on_signal(self) -> bool:
        os.read(self.signals, 4096)
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self._ended(*found)
        except ChildProcessError:
            pass
        return True

    def _ended(self, pid: int, status: int) -> None:
        code = os.waitstatus_to_exitcode(status)
        if pid == self.script:
            self.script = 0
            self.wire.send({"event": "ended", "status": code})
        client = self.programs.pop(pid, None)
        if client:
            self.selector.unregister(client)
            _tell(client, code)

    def _on_program(self) -> bool:
        assert self.listener
        client, _ = self.listener.accept()
        try:
            program = interpreter.receive(client)
        except (OSError, ValueError):
            client.close()
            return True
        pid = os.fork()
        if pid == 0:
            interpreter.become(program)
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
