"""Confine an instance, and each of its programs in the moment before it runs; find out whether that holds here."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from day89.cloud.guest import namespaces
from day89.cloud.guest.rootfs import PACKAGE, RootFilesystem
from day89.sandbox import landlock, privileges, seccomp
from day89.sandbox.network_policy import NetworkPolicy
from day89.sandbox.rlimits import ProcessLimits, apply_limits, count_tasks
from day89.sandbox.seccomp_notify import NotifySupervisor
from day89.sandbox.syscalls import Profile

__all__ = [
    "LIMITS",
    "asks_about_signals",
    "confine",
    "enter",
    "holds",
    "limits_in",
    "make_filters",
    "network_policy_of",
]

LIMITS = ProcessLimits(memory=2 << 30, seconds=600, file=1 << 30, files=1024, tasks=256)
SCOPES_SIGNALS = 6  # from this Landlock on
COUNTED_APART = (5, 14)  # from this Linux on, a user namespace counts its own processes


def enter(launch: dict[str, Any], view: RootFilesystem) -> str:
    """Enter the jail for good; return the instance's folder as it is seen from then on.

    Args:
        launch: ``environment``, ``root`` and ``jail`` of the instance.
        view: what of this machine it sees.
    """
    if launch["jail"] in (namespaces.NAMESPACES, namespaces.PARTIAL):
        address = launch["environment"]["DAY89_ADDRESS"]
        namespaces.enter(launch["root"], view, f"ip-{address.replace('.', '-')}")
        return "/"
    if launch["jail"] == namespaces.LANDLOCK:
        namespaces.restrict(launch["root"], view)
    return str(launch["root"])


def network_policy_of(launch: dict[str, Any]) -> NetworkPolicy:
    """Return where the programs of an instance may connect: to AWS, to its metadata, to itself.

    Args:
        launch: ``environment``, ``root`` and ``jail`` of the instance.
    """
    environment = launch["environment"]
    endpoint, metadata = urlsplit(environment["AWS_ENDPOINT_URL"]), urlsplit("//" + environment["DAY89_METADATA"])
    return NetworkPolicy(
        (endpoint.hostname or "", endpoint.port or 80),
        (metadata.hostname or "", metadata.port or 80),
        environment["DAY89_ADDRESS"],
        environment["DAY89_LOCALHOST"],
        launch["root"] if launch["jail"] == namespaces.LANDLOCK else "",
    )


def limits_in(mode: str) -> ProcessLimits:
    """Return what a program of an instance may use.

    Args:
        mode: the jail's name; asked in the instance's first process, once it is in the jail.
    """
    tasks = LIMITS.tasks
    if mode == namespaces.NONE or (mode != namespaces.LANDLOCK and _kernel() < COUNTED_APART):
        tasks = None  # the user's own processes would be counted, and are out of sight here: the watch counts
    elif mode == namespaces.LANDLOCK and tasks is not None:
        tasks += count_tasks(os.getuid())
    return ProcessLimits(LIMITS.memory, LIMITS.seconds, LIMITS.file, LIMITS.files, tasks)


def _kernel() -> tuple[int, ...]:
    return tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])


def confine(mode: str, limits: ProcessLimits) -> int | None:
    """Give up, for good, what a program of an instance has no use for. Call it in a child of the first process.

    Args:
        mode: the jail's name.
        limits: what ``limits_in`` returned.

    Returns:
        The descriptor on which the first process is asked about connections; None where nobody is asked.

    Raises:
        OSError: the kernel refuses.
    """
    apply_limits(limits)
    if mode == namespaces.NONE:
        return None
    privileges.close_to_others(False)
    if mode == namespaces.PARTIAL:
        return None
    return seccomp.judge_connections(alone=mode == namespaces.NAMESPACES, signals=asks_about_signals(mode))


def make_filters() -> None:
    """Make the filters of system calls that programs of instances may get; forks of this process have them then."""
    for mode in (namespaces.NAMESPACES, namespaces.LANDLOCK):
        alone = mode == namespaces.NAMESPACES
        seccomp.filter_program(Profile(programs=True, alone=alone, signals=asks_about_signals(mode)))


def asks_about_signals(mode: str) -> bool:
    """Return whether the kernel does not hold signals to the instance by itself."""
    return mode == namespaces.LANDLOCK and landlock.landlock_version() < SCOPES_SIGNALS


def holds(mode: str, folder: str, view: RootFilesystem) -> bool:
    """Enter a jail in this process (a child made for it) and return whether it stands.

    Args:
        mode: the jail's name.
        folder: an empty folder for the instance.
        view: what it is to see.
    """
    canary, server = Path(folder, "../canary"), socket.create_server(("127.0.0.1", 0))
    canary.write_text("seen")
    try:
        if mode == namespaces.LANDLOCK:
            namespaces.restrict(folder, view)
        else:
            namespaces.enter(folder, view, "probe")
        return _is_apart(folder, canary) and (mode == namespaces.PARTIAL or _judges(server))
    except OSError:
        return False


def _is_apart(folder: str, canary: Path) -> bool:
    home = folder if Path(folder).exists() else ""
    Path(f"{home}/tmp").mkdir(exist_ok=True)
    Path(f"{home}/tmp/mine").write_text("written")
    return (
        os.access(sys.executable, os.X_OK)
        and bool(os.listdir(Path(os.__file__).parent))  # noqa: PTH208
        and Path(PACKAGE, "errors.py").read_text() != ""
        and not _works(canary.read_text)
        and not _works(Path("/usr/day89-probe").touch)
    )


def _works(act: object) -> bool:
    try:
        act()  # type: ignore[operator]
    except OSError:
        return False
    return True


def _judges(server: socket.socket) -> bool:
    """Return whether a confined child reaches a server where it may, from a thread too, and not where it may not."""
    where = server.getsockname()
    results = []
    for endpoint in (where, ("127.0.0.1", 1)):
        mine, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _try_to_connect(theirs, where)
        theirs.close()
        _, descriptors, _, _ = socket.recv_fds(mine, 1, 1)
        judge = NotifySupervisor(NetworkPolicy(endpoint, ("127.0.0.1", 1), "127.0.0.2", "127.0.0.3"))
        judge.hear(descriptors[0], wait=True)
        results.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os.close(descriptors[0])
        mine.close()
    return results == [0, 111]


def _try_to_connect(connection: socket.socket, where: tuple[str, int]) -> None:
    code = 1
    try:
        listener = seccomp.judge_connections(alone=True)
        socket.send_fds(connection, [b"."], [listener])
        os.close(listener)
        with socket.socket() as sock:
            code = sock.connect_ex(where)
    finally:
        os._exit(code & 0xFF)
