"""Restrict this process's access to files with Landlock, and its access to other processes.

What is taken stays taken, also for the processes that it starts. Landlock and seccomp are called through ctypes: of
the packages that wrap them, one is a development release, the other rests since 2021, and both only make these calls.
https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from day89.sandbox.libc import checked, libc, prctl

__all__ = ["landlock_version", "restrict_files", "seal"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, NET_PORT = 1, 2
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READ = EXECUTE | READ_FILE | READ_DIR
# Remove and make plain files and folders, rename between folders, truncate. No links, devices, sockets, FIFOs: a grader
# that reads what a submission wrote must not be led elsewhere.
WRITE = READ | WRITE_FILE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
MAKE_DEVICE = 1 << 6 | 1 << 11
SPECIAL = 1 << 9 | 1 << 10 | 1 << 12  # sockets, FIFOs, symbolic links
SCOPED = 3  # abstract sockets and signals reach no process outside
BIND_TCP, CONNECT_TCP = 1, 2
NO_NEW_PRIVILEGES = 38


def landlock_version() -> int:
    """Return the kernel's Landlock version; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, libc().syscall(CREATE_RULESET, None, 0, 1))


def restrict_files(
    read: Iterable[str | Path], write: Iterable[str | Path], ports: Sequence[int] | None = (), *, special: bool = False
) -> None:
    """Let this process see some files, and no others.

    Args:
        read: files and folders that it may read and run; those that do not exist are passed over.
        write: folders that it may also write in.
        ports: TCP ports that it may connect to; it may then also listen on any. None leaves the network alone.
        special: it may also make links, sockets and FIFOs where it may write.

    Raises:
        OSError: the kernel refused.
    """
    version = landlock_version()
    handled = (1 << (13, 14, 15, 15, 16)[min(max(version, 1), 5) - 1]) - 1
    net = BIND_TCP | CONNECT_TCP if version >= 4 and ports is not None else 0
    ruleset = _create_ruleset(version, handled, net)
    writing = WRITE | (SPECIAL if special else 0)
    try:
        for path, rights in [*((path, READ) for path in read), *((path, writing) for path in write)]:
            _allow_path(ruleset, str(path), rights & handled)
        for port in ports or () if net else ():
            _allow_port(ruleset, port)
        _restrict_self(ruleset)
    finally:
        os.close(ruleset)


def seal() -> None:
    """Hold this process apart from all that are not its own: it can look into none of them, and signal none.

    Files stay as they were, but it makes no device.

    Raises:
        OSError: the kernel refused.
    """
    ruleset = _create_ruleset(landlock_version(), MAKE_DEVICE, 0)
    try:
        _restrict_self(ruleset)
    finally:
        os.close(ruleset)


def _create_ruleset(version: int, files: int, net: int) -> int:
    if not version:
        raise OSError("this kernel has no Landlock")
    attributes = (ctypes.c_uint64 * 3)(files, net, SCOPED if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    return checked(libc().syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "create a ruleset")


def _restrict_self(ruleset: int) -> None:
    checked(prctl(NO_NEW_PRIVILEGES, 1), "give up privileges")
    checked(libc().syscall(RESTRICT_SELF, ruleset, 0), "restrict this process")


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("descriptor", ctypes.c_int32))


def _allow_path(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= EXECUTE | READ_FILE | WRITE_FILE | 1 << 14
        rule = _PathBeneath(rights, descriptor)
        checked(libc().syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0), f"allow {path}")
    finally:
        os.close(descriptor)


def _allow_port(ruleset: int, port: int) -> None:
    rule = (ctypes.c_uint64 * 2)(CONNECT_TCP, port)
    checked(libc().syscall(ADD_RULE, ruleset, NET_PORT, rule, 0), f"allow port {port}")
