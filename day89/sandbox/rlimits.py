"""Limit what this process may use: memory, processor time, files, processes. Limits are inherited by its children.

https://man7.org/linux/man-pages/man2/setrlimit.2.html
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProcessLimits", "apply_limits", "count_tasks"]


@dataclass(frozen=True)
class ProcessLimits:
    """The limits of what a process may use.

    Attributes:
        memory: bytes of address space on top of what it has now.
        seconds: processor seconds.
        file: bytes of one file.
        files: open files.
        tasks: processes and threads of its user, in its user namespace; None leaves them alone. Root is never held.
        disk: bytes of all its files; somebody else counts (``quotas``).
        entries: files and folders; somebody else counts.
    """

    memory: int = 1 << 30
    seconds: int = 120
    file: int = 64 << 20
    files: int = 256
    tasks: int | None = None
    disk: int = 512 << 20
    entries: int = 10_000


def apply_limits(limits: ProcessLimits) -> None:
    """Set the resource limits of this process. Call it after the imports: numpy hangs where it finds too little memory.

    Args:
        limits: what it may use.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits.seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file)
    _limit(resource.RLIMIT_NOFILE, limits.files)
    if limits.tasks is not None:
        _limit(resource.RLIMIT_NPROC, limits.tasks)
    if sys.platform == "linux":  # elsewhere an address space limit is not kept
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def count_tasks(user: int) -> int:
    """Count the processes and threads of a user: where no namespace counts them apart, a limit has to come on top.

    Args:
        user: the user's number.
    """
    found = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                if os.stat(entry).st_uid == user:  # noqa: PTH116 - asked of hundreds
                    stat = (entry / "stat").read_bytes()
                    found += int(stat[stat.rindex(b")") + 2 :].split()[17])
    return found
