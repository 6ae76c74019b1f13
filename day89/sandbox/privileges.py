"""Drop privileges: root's capabilities, and, where the process is root, the user itself.

https://man7.org/linux/man-pages/man7/capabilities.7.html, https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import sys
from pathlib import Path

from day89.sandbox.libc import checked, libc, prctl

__all__ = [
    "become_user",
    "close_to_others",
    "die_with_parent",
    "drop_capabilities",
    "map_to_root",
    "prefer_for_killing",
    "sees",
    "spare_user",
]

SET_DEATH_SIGNAL, SET_DUMPABLE, DROP_FROM_BOUNDS, NO_NEW_PRIVILEGES = 1, 4, 24, 38
CAPSET = {"x86_64": 126, "aarch64": 91, "arm64": 91}
CAPABILITIES_VERSION = 0x20080522
MOST_CAPABILITIES = 64
CLONE_NEWUSER = 0x10000000
FIRST_SPARE, SPARES = 1 << 30, 1 << 28  # above every account and every range that /etc/subuid gives out
FIRST_SMALL, SMALL = 60_000, 1_000  # in a container that has 65,536 users


def spare_user() -> int:
    """Draw the number of a user who owns nothing, so that the kernel counts its processes apart from all others."""
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if any(inside <= FIRST_SPARE and inside + count >= FIRST_SPARE + SPARES for inside, _, count in ranges):
        return FIRST_SPARE + secrets.randbelow(SPARES)
    return FIRST_SMALL + secrets.randbelow(SMALL)


def become_user(user: int) -> None:
    """Go on as another user, for good, in no group but the one of the same number. Only root can.

    Args:
        user: the user's number.

    Raises:
        OSError: the kernel refuses.
    """
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    prctl(SET_DUMPABLE, 1)  # else /proc/self is root's, and no namespace can be made


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux)."""
    if sys.platform == "linux":
        prctl(SET_DEATH_SIGNAL, signal.SIGKILL)


def map_to_root(proc: int) -> bool:
    """Enter a user namespace in which this user, and no other, is root.

    Args:
        proc: descriptor of a writable /proc of the process namespace that this process was born in.

    Returns:
        Whether there is one to be had.
    """
    user, group = os.getuid(), os.getgid()
    if libc().unshare(CLONE_NEWUSER):
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        descriptor = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    return True


def sees(user: int, path: str) -> bool:
    """Return whether another user reaches a path. Only root can ask.

    Args:
        user: the user's number.
        path: the path.
    """
    os.seteuid(user)
    try:
        return os.access(path, os.R_OK, effective_ids=True)
    finally:
        os.seteuid(0)
        prctl(SET_DUMPABLE, 1)


def close_to_others(closed: bool) -> None:
    """Let no process of the same user look into this one and its forks, or let it; a program starts open.

    Args:
        closed: not to be looked into.
    """
    prctl(SET_DUMPABLE, 0 if closed else 1)


def drop_capabilities() -> None:
    """Give up every capability, and the way to get any by starting a program.

    Raises:
        OSError: the kernel refuses.
    """
    for capability in range(MOST_CAPABILITIES):
        prctl(DROP_FROM_BOUNDS, capability)  # refused where there is none to drop it with
    prctl(NO_NEW_PRIVILEGES, 1)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    number = CAPSET[os.uname().machine]
    checked(libc().syscall(number, ctypes.byref(header), ctypes.byref(nothing)), "give up capabilities")


def prefer_for_killing() -> None:
    """Have the kernel end this process and its children before all others where memory runs out."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
