"""Decide about each connection of a confined script: its own servers and the addresses that it is given.

The kernel (seccomp's user notification) stops the script at ``connect``, ``bind`` and ``listen`` and asks. The call is
then made here, on a copy of the script's socket and with an address that was read once: what the script writes there
afterwards changes nothing. So one instance reaches its endpoint and itself by address, which Landlock, that knows ports
only, cannot say; and what serves on all addresses serves on the instance's own.
https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from day89.sandbox import file_modes
from day89.sandbox.libc import pidfd_getfd
from day89.sandbox.network_policy import MAPPED, NetworkPolicy, read_address
from day89.sandbox.signals import CALLS as SIGNALS
from day89.sandbox.signals import may_signal

__all__ = ["NotifySupervisor"]

RECEIVE, SEND, IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
QUESTION, ANSWER = struct.Struct("=QIIiIQ6Q"), struct.Struct("=QqiI")
CONNECT, BIND, LISTEN = ((42, 49, 50), (203, 200, 201))[os.uname().machine in {"aarch64", "arm64"}]
GO_ON = 1
ROUNDS = 4
UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)


class NotifySupervisor:
    """The supervisor that answers the notified system calls of all processes of one instance."""

    def __init__(self, policy: NetworkPolicy) -> None:
        """Know what the instance reaches; no abstract socket is its own yet."""
        self.policy = policy
        self.abstract: set[bytes] = set()
        self.waiting: list[Callable[[], bool]] = []

    def hear(self, listener: int, *, wait: bool = False) -> bool:
        """Answer the question that waits on a descriptor.

        Args:
            listener: what ``calls.judge_connections`` returned.
            wait: for a question, or until nobody is left.

        Returns:
            Whether anybody is left who could ask.
        """
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        events = dict(poll.poll(None if wait else 0)).get(listener, 0)
        if not events & select.POLLIN:
            return not events & (select.POLLHUP | select.POLLERR | select.POLLNVAL)
        question = bytearray(QUESTION.size)
        with contextlib.suppress(OSError):  # who asked has been killed
            fcntl.ioctl(listener, RECEIVE, question)
            self._decide(listener, *_parts(question))
        return True

    def again(self) -> None:
        """Go on with the calls that could not be finished at once."""
        self.waiting = [step for step in self.waiting if not step()]

    def _decide(self, listener: int, number: int, pid: int, call: int, arguments: tuple[int, ...]) -> None:
        if call in SIGNALS:
            allowed = may_signal(pid, call, arguments)
            _answer(listener, number, 0 if allowed else errno.EPERM, GO_ON if allowed else 0)
            return
        if call in file_modes.CALLS:
            _answer(listener, number, file_modes.change(pid, call, arguments, self.policy.root))
            return
        try:
            sock = _socket_of(pid, arguments[0])
            fcntl.ioctl(listener, IS_VALID, struct.pack("=Q", number))  # it is still that process which we looked at
        except OSError as error:
            _answer(listener, number, error.errno or errno.EPERM)
            return
        try:
            attempt = self._attempt(sock, pid, call, arguments)
        except (OSError, ValueError, IndexError, struct.error) as error:
            sock.close()
            _answer(listener, number, getattr(error, "errno", None) or errno.EINVAL)
            return
        step = _Step(listener, number, sock, attempt)
        if not step():
            self.waiting.append(step)

    def _attempt(self, sock: socket.socket, pid: int, call: int, arguments: tuple[int, ...]) -> Callable[[], int]:
        """Return what makes the call and returns its error; it is called again while the call is under way."""
        if sock.type != socket.SOCK_STREAM and sock.family != socket.AF_UNIX:
            raise PermissionError(errno.EPERM, "TCP only")
        if call == LISTEN:
            return lambda: self._listen(sock, arguments[1])
        raw = _memory(pid, arguments[1], min(arguments[2] & 0xFFFFFFFF, 128))
        if sock.family == socket.AF_UNIX:
            return self._local_attempt(sock, pid, call, raw[2:])
        host, port, mapped = read_address(sock, raw)
        if call == BIND:
            return lambda: self._bind(sock, host, port, mapped)
        targets = self.policy.outward(host, port)
        if not targets:
            inside = host.startswith("127.") or host == "::1"
            raise OSError(errno.ECONNREFUSED if inside else errno.ENETUNREACH, "not for this instance")
        return _Connecting(sock, [(MAPPED + one, number) if mapped else (one, number) for one, number in targets])

    def _bind(self, sock: socket.socket, host: str, port: int, mapped: bool) -> int:
        if sock.family == socket.AF_INET6 and host == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            host, mapped = "0.0.0.0", True
        own = self.policy.inward(host)
        if own is None:
            return errno.EADDRNOTAVAIL
        return _error_of(sock.bind, ((MAPPED if mapped else "") + own, port))

    def _listen(self, sock: socket.socket, backlog: int) -> int:
        if sock.family != socket.AF_UNIX and sock.getsockname()[1] == 0:
            prefix = MAPPED if sock.family == socket.AF_INET6 else ""
            if error := _error_of(sock.bind, (prefix + self.policy.outer, 0)):
                return error
        return _error_of(sock.listen, min(backlog & 0xFFFFFFFF, 4096))

    def _local_attempt(self, sock: socket.socket, pid: int, call: int, name: bytes) -> Callable[[], int]:
        if name.startswith(b"\0"):
            if call == BIND:
                self.abstract.add(name)
            elif name not in self.abstract:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "not this instance's")
            return lambda: _error_of(sock.bind if call == BIND else sock.connect, name)
        path = name.split(b"\0")[0]
        return lambda: _in_folder_of(pid, lambda: self._by_path(sock, call, path))

    def _by_path(self, sock: socket.socket, call: int, path: bytes) -> int:
        if call == BIND:
            if not self._is_inside(path.rpartition(b"/")[0] or (b"/" if path.startswith(b"/") else b".")):
                return errno.EACCES
            return _error_of(sock.bind, path)
        descriptor = os.open(path, os.O_PATH)
        try:
            if not self._is_inside(f"/proc/self/fd/{descriptor}".encode()):
                return errno.EACCES
            return _error_of(sock.connect, f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)

    def _is_inside(self, path: bytes) -> bool:
        return not self.policy.root or Path(os.fsdecode(path)).resolve().is_relative_to(
            Path(self.policy.root).resolve()
        )


class _Step:
    """A call that is made to its end without ever waiting, and then answered."""

    def __init__(self, listener: int, number: int, sock: socket.socket, attempt: Callable[[], int]) -> None:
        self.listener, self.number, self.sock, self.attempt = listener, number, sock, attempt
        # The flag belongs to the script's socket too; whoever called waits for us and does not see it.
        self.blocking = os.get_blocking(sock.fileno())

    def __call__(self) -> bool:
        os.set_blocking(self.sock.fileno(), False)
        try:
            for _ in range(ROUNDS):  # on the loopback it is done as soon as the first call has returned
                error = self.attempt()
                if error not in UNDER_WAY:
                    break
        except OSError as problem:
            error = problem.errno or errno.EPERM
        if error in UNDER_WAY and self.blocking and _is_valid(self.listener, self.number):
            return False
        if self.blocking:
            os.set_blocking(self.sock.fileno(), True)
        self.sock.close()
        _answer(self.listener, self.number, error)
        return True


class _Connecting:
    """A connection attempt to the first of some addresses that somebody listens at."""

    def __init__(self, sock: socket.socket, targets: list[tuple[str, int]]) -> None:
        self.sock, self.targets, self.begun = sock, targets, False

    def __call__(self) -> int:
        error = self.sock.connect_ex(self.targets[0])
        if error == errno.EISCONN and self.begun:
            return 0
        self.begun = self.begun or error in UNDER_WAY
        if error == errno.ECONNREFUSED and len(self.targets) > 1:
            self.targets = self.targets[1:]
            return self()
        return error


def _parts(question: bytearray) -> tuple[int, int, int, tuple[int, ...]]:
    number, pid, _, call, _, _, *arguments = QUESTION.unpack(question)
    return number, pid, call, tuple(arguments)


def _answer(listener: int, number: int, error: int, flags: int = 0) -> None:
    with contextlib.suppress(OSError):  # who asked has been killed
        fcntl.ioctl(listener, SEND, ANSWER.pack(number, 0, -error, flags))


def _is_valid(listener: int, number: int) -> bool:
    try:
        fcntl.ioctl(listener, IS_VALID, struct.pack("=Q", number))
    except OSError:
        return False
    return True


def _socket_of(pid: int, descriptor: int) -> socket.socket:
    try:
        process = os.pidfd_open(pid)
    except OSError:  # a thread: the files are its process's
        status = Path(f"/proc/{pid}/status").read_text()
        process = os.pidfd_open(int(status.partition("Tgid:")[2].split()[0]))
    try:
        return socket.socket(fileno=pidfd_getfd(process, descriptor))
    finally:
        os.close(process)


def _memory(pid: int, address: int, size: int) -> bytes:
    descriptor = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, size, address)
    finally:
        os.close(descriptor)


def _error_of(call: Callable[..., object], argument: object) -> int:
    try:
        call(argument)
    except OSError as error:
        return error.errno or errno.EPERM
    return 0


def _in_folder_of(pid: int, act: Callable[[], int]) -> int:
    """Do something in a process's current folder: the name of a UNIX socket is short, and often relative."""
    before = os.open(".", os.O_PATH | os.O_DIRECTORY)
    try:
        os.chdir(f"/proc/{pid}/cwd")
        return act()
    finally:
        os.fchdir(before)
        os.close(before)
