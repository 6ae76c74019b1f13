"""Load the libraries of the course once, and fork a supervisor for each owner that asks.

A program that opens a cloud in one short-lived process after another (the grader: one a submission) keeps one of these.
It runs nothing of anybody's; each supervisor is a process of its own, and ends when its owner's connection ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
from pathlib import Path

from day89.cloud.guest.preload import load
from day89.cloud.guest.rootfs import RootFilesystem, make_view
from day89.cloud.guest.supervisor import InstanceSupervisor, best_jail
from day89.processes import tree
from day89.processes.channel import Wire

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Serve until the control socket is closed at the other side.

    Args:
        arguments: descriptor of the control socket, on which connections of owners arrive; the folder of
            commands; the names of the jails to try.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's business; its end is ours
    tree.die_with_parent()
    os.setsid()
    control = socket.socket(fileno=int(arguments[0]))
    commands = Path(arguments[1])
    view = make_view(commands)
    mode = best_jail(view, arguments[2:])
    load()
    tree.adopt_orphans()
    while True:
        sent, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not sent:
            break
        if os.fork() == 0:
            _serve(descriptors[0], mode, view)
        os.close(descriptors[0])
        _reap()
    tree.kill_all()
    shutil.rmtree(commands.parent, ignore_errors=True)  # where the owner was killed, nobody else does it
    return 0


def _serve(descriptor: int, mode: str, view: RootFilesystem) -> None:
    """Be the supervisor of one owner in this freshly forked process; never return."""
    try:
        tree.close_all_but({descriptor})
        tree.die_with_parent()
        os.setsid()
        owner = Wire(socket.socket(fileno=descriptor))
        owner.tell({"event": "ready", "jail": mode})
        owner.tell({"event": "warm"})
        supervisor = InstanceSupervisor(owner, mode, view, warm=True, grow=False)
        supervisor.run()
        for folder in supervisor.folders:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
