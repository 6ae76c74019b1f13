"""Decide about each signal of a confined script where the kernel cannot restrict it to its own processes.

That is Landlock before Linux 6.12, without a process namespace. What a signal is for stands in the call's arguments,
which nobody can change while the call waits, so a call that may be made is simply let go on.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["CALLS", "NAMES", "may_signal"]

NAMES = ("kill", "tkill", "tgkill")
KILL, TKILL, TGKILL = CALLS = ((62, 200, 234), (129, 130, 131))[os.uname().machine in {"aarch64", "arm64"}]


def may_signal(asker: int, call: int, arguments: tuple[int, ...]) -> bool:
    """Return whether a process may make the call: it reaches only what was started below this process.

    Args:
        asker: the process, or a thread of it.
        call: number of the system call.
        arguments: its arguments.
    """
    target = _signed(arguments[0])
    if call in (TKILL, TGKILL) or target > 0:
        return _is_below(target)
    if target == 0:  # its own group, which is in the session that this process began
        return True
    return target < -1 and _is_group_below(-target)


def _signed(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def _status(pid: int) -> tuple[int, int] | None:
    """Return parent and group of a process."""
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        _, parent, group = stat[stat.rindex(b")") + 2 :].split()[:3]
        return int(parent), int(group)
    return None


def _is_below(pid: int) -> bool:
    while pid > 1:
        found = _status(pid)
        if found is None:
            return False
        if found[0] == os.getpid():
            return True
        pid = found[0]
    return False


def _is_group_below(group: int) -> bool:
    members = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [pid for pid in members if (status := _status(pid)) and status[1] == group]
    return bool(found) and all(map(_is_below, found))
