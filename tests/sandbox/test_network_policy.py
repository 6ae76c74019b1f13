"""Who may connect where, and who may signal whom: the decisions, without an instance."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable

import pytest

from day89.sandbox import seccomp
from day89.sandbox.network_policy import NetworkPolicy
from day89.sandbox.privileges import close_to_others
from day89.sandbox.safe_open import open_beneath
from day89.sandbox.seccomp_notify import NotifySupervisor

POLICY = NetworkPolicy(("127.0.0.1", 4566), ("127.64.0.1", 16980), "127.64.0.1", "127.128.0.1")
needs_filter = pytest.mark.skipif(
    sys.platform != "linux" or not seccomp.available(), reason="there is no libseccomp on this machine"
)


@pytest.mark.parametrize(
    ("host", "port", "targets"),
    [
        ("127.0.0.1", 4566, [("127.0.0.1", 4566)]),
        ("169.254.169.254", 80, [("127.64.0.1", 16980)]),
        ("127.64.0.1", 5000, [("127.64.0.1", 5000)]),
        ("127.0.0.1", 5000, [("127.128.0.1", 5000), ("127.64.0.1", 5000)]),
        ("127.65.0.9", 16980, []),  # another instance's metadata
        ("169.254.169.254", 443, []),
        ("10.0.0.1", 4566, []),
        ("::1", 4566, []),
    ],
)
def test_an_instance_reaches_its_doors_and_itself(host: str, port: int, targets: list[tuple[str, int]]) -> None:
    assert POLICY.outward(host, port) == targets


@pytest.mark.parametrize(
    ("host", "bound"),
    [("0.0.0.0", "127.64.0.1"), ("127.0.0.1", "127.128.0.1"), ("127.64.0.1", "127.64.0.1"), ("192.168.0.7", None)],
)
def test_an_instance_serves_at_its_own_addresses(host: str, bound: str | None) -> None:
    assert POLICY.inward(host) == bound


def judged(act: Callable[[], int], *, signals: bool = False, questions: int = 1) -> int:
    """Run something in a confined child, decide about its calls here, and return what it returned."""
    mine, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            close_to_others(False)
            listener = seccomp.judge_connections(alone=True, signals=signals)
            socket.send_fds(theirs, [b"."], [listener])
            os.close(listener)
            code = act()
        finally:
            os._exit(code)
    theirs.close()
    with mine:
        _, (listener,), _, _ = socket.recv_fds(mine, 1, 1)
    judge = NotifySupervisor(POLICY)
    for _ in range(questions):
        judge.hear(listener, wait=True)
    os.close(listener)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@needs_filter
def test_a_connection_elsewhere_is_refused_whatever_the_library() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert judged(lambda: socket.socket().connect_ex(("127.0.0.1", port))) == 111
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@needs_filter
@pytest.mark.parametrize(("target", "code"), [(os.getpid, 1), (os.getppid, 1)])
def test_a_signal_to_a_process_of_the_owner_is_refused(target: Callable[[], int], code: int) -> None:
    pid = target()

    def act() -> int:
        try:
            os.kill(pid, 0)
        except PermissionError:
            return 1
        return 0

    assert judged(act, signals=True) == code


@needs_filter
def test_a_process_may_signal_itself() -> None:
    def act() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    assert judged(act, signals=True) == -signal.SIGTERM


def test_a_plain_file_below_a_folder_is_opened(tmp_path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_text("text")
    with open("a/b/file", opener=lambda path, flags: open_beneath(tmp_path, path, flags)) as file:
        assert file.read() == "text"


@pytest.mark.parametrize("path", ["link", "folder-link/file", "pipe", "folder"])
def test_a_link_a_pipe_and_a_folder_are_not_opened(tmp_path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("text")
    (tmp_path / "link").symlink_to(tmp_path / "folder/file")
    (tmp_path / "folder-link").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"plain file|symbolic links|Not a directory"):
        open_beneath(tmp_path, path)
