"""Find and kill every process below one, also one that has left its group and its session; fork without leaks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from day89.sandbox.libc import prctl
from day89.sandbox.privileges import die_with_parent

__all__ = ["adopt_orphans", "children", "close_all_but", "descendants", "die_with_parent", "kill_all", "kill_tree"]

PR_SET_CHILD_SUBREAPER = 36
ROUNDS = 200


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux), so that none can hide by a double fork."""
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def close_all_but(keep: set[int]) -> None:
    """Close all descriptors from 3 on but those named: a forked child must hold no pipe of its siblings."""
    place = 3
    for descriptor in sorted(number for number in keep if number > 2):
        os.closerange(place, descriptor)
        place = descriptor + 1
    os.closerange(place, 65536 if os.name == "posix" else 4096)


def _parents() -> dict[int, int]:
    if sys.platform == "linux":
        pairs = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    stat = (entry / "stat").read_bytes()
                    pairs[int(entry.name)] = int(stat[stat.rindex(b")") + 2 :].split()[1])
        return pairs
    listing = subprocess.run(["/bin/ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    return {int(pid): int(parent) for pid, parent in (line.split() for line in listing.splitlines())}


def children(root: int) -> list[int]:
    """Return the ids of the processes directly below one process."""
    return [pid for pid, parent in _parents().items() if parent == root]


def kill_tree(root: int) -> None:
    """Kill one process and all below it, and reap it; what is left of it is killed at the next call."""
    for pid in [*descendants(root), root]:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(root, 0)


def descendants(root: int) -> list[int]:
    """Return the ids of all processes below one process."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents().items():
        children.setdefault(parent, []).append(pid)
    found, open_ends = [], [root]
    while open_ends:
        below = children.get(open_ends.pop(), [])
        found += below
        open_ends += below
    return found


def kill_all() -> None:
    """Kill all processes below this one and reap them; return when none is left."""
    for _ in range(ROUNDS):
        for pid in descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not _reap_one(block=True):
            return
        while _reap_one(block=False):
            pass


def _reap_one(*, block: bool) -> bool:
    """Reap a child; return False where there is none (or, not blocking, none that has ended)."""
    try:
        pid, _ = os.waitpid(-1, 0 if block else os.WNOHANG)
    except ChildProcessError:
        return False
    return pid > 0
