"""Try one way out of the sandbox and report whether it worked: a harmless submission that ``day89 doctor`` runs."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path


def read_file(path: str) -> bool:
    """Read a file that is not the submission's."""
    return bool(Path(path).read_bytes())


def write_file(path: str) -> bool:
    """Write a file outside the submission's folder."""
    Path(path).write_text("written by a probe", encoding="utf-8")
    return True


def list_folder(path: str) -> bool:
    """List a folder that is not the submission's."""
    return any(Path(path).iterdir())


def connect(port: int) -> bool:
    """Connect to a server of this machine, past whatever Python code stands in the way."""
    import _socket

    with socket.socket() as end:
        _socket.socket.connect(end, ("127.0.0.1", port))
    return True


def signal_process(pid: int) -> bool:
    """Send a process the signal that does nothing."""
    os.kill(pid, 0)
    return True


def start_process() -> bool:
    """Start a process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def take_memory(size: int) -> bool:
    """Take more memory than is allowed."""
    return len(bytearray(size)) == size


def see_environment(name: str) -> bool:
    """See a variable of the person who grades."""
    return name in os.environ


def link_elsewhere(target: str) -> bool:
    """Leave a link that leads whoever reads this folder elsewhere."""
    Path("link").symlink_to(target)
    return True


def compute() -> bool:
    """Do what a submission may do: compute, start a thread, write in its own folder."""
    done: list[int] = []
    thread = threading.Thread(target=lambda: done.append(sum(range(1000))))
    thread.start()
    thread.join()
    Path("own.txt").write_text("mine", encoding="utf-8")
    return done == [499500]
