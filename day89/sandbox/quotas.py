"""Count what no limit of one process covers: disk, memory and processes in sum, of an instance or a submission.

The walk over its processes is made only when the whole machine has lost as much since it began. The walk over its
files is made then too, and from time to time: other programs free space meanwhile, and not every file system tells
what is free.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["SECONDS", "Watch"]

SECONDS = 0.5
WALK_SHARE = 1 / 20  # of the time, at most, is spent walking over files where nothing points at them
DISK_BYTES = 2 << 30
DISK_FILES = 200_000
MEMORY_BYTES = 4 << 30
TASKS = 300
PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """The resources that the machine had when somebody began, against which their growth is measured."""

    def __init__(
        self, root: str, skipped: Iterable[str] = (), *, disk: int | None = None, files: int | None = None
    ) -> None:
        """Look at the machine.

        Args:
            root: the folder of an instance or a submission, as this process sees it.
            skipped: folders below it that are not its own but shown there.
            disk: bytes that it may take; None is as much as an instance may.
            files: files and folders that it may make; None is as many as an instance may.
        """
        self.most_disk = DISK_BYTES if disk is None else disk
        self.most_files = DISK_FILES if files is None else files
        self.root = root
        self.skipped = frozenset(skipped)
        self.device = os.stat(root).st_dev  # noqa: PTH116
        self.disk, self.files = _free(root)
        self.next_walk = 0.0
        self.memory, self.tasks = _memory_and_tasks()

    def excess(self, pids: Callable[[], Iterable[int]]) -> str | None:
        """Return in words what the instance takes too much of, or None.

        Args:
            pids: returns its processes; asked only where it may be they.
        """
        if words := self.disk_excess():
            return words
        memory, tasks = _memory_and_tasks()
        if tasks - self.tasks > TASKS and sum(map(_threads, pids())) > TASKS:
            return f"more than {TASKS} processes"
        if self.memory - memory > MEMORY_BYTES and sum(map(_resident, pids())) > MEMORY_BYTES:
            return f"more than {MEMORY_BYTES >> 30} GiB of memory"
        return None

    def disk_excess(self) -> str | None:
        """Return in words what is taken too much of on disk, or None."""
        disk, files = _free(self.root)
        began = time.monotonic()
        suspected = self.disk - disk > self.most_disk or self.files - files > self.most_files
        if not suspected and began < self.next_walk:
            return None
        taken, count = self._in_folder()
        ended = time.monotonic()
        self.next_walk = ended + (ended - began) / WALK_SHARE
        if taken > self.most_disk or count > self.most_files:
            return f"more than {self.most_disk >> 20} MiB or {self.most_files:,} files on disk"
        return None

    def _in_folder(self) -> tuple[int, int]:
        """Return bytes and number of its own files; where they cannot be counted, it is to be more than it may."""
        taken = count = 0
        try:
            for folder, below, names, descriptor in os.fwalk(self.root, onerror=_raise):
                below[:] = [name for name in below if os.path.join(folder, name) not in self.skipped]  # noqa: PTH118
                count += len(below)
                for name in names:
                    with contextlib.suppress(FileNotFoundError):
                        found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                        # Blocks are told late where they are allocated late, so the length counts too.
                        taken += max(found.st_blocks * 512, found.st_size) if found.st_dev == self.device else 0
                        count += 1
        except FileNotFoundError:  # it went while we looked; there is another time
            return taken, count
        except (OSError, RecursionError):  # closed to us, or thousands of levels deep: nobody needs that
            return self.most_disk + 1, count
        return taken, count


def _raise(error: OSError) -> None:
    raise error


def _free(path: str) -> tuple[int, int]:
    found = os.statvfs(path)
    return found.f_bfree * found.f_frsize, found.f_ffree


def _memory_and_tasks() -> tuple[int, int]:
    try:
        memory = Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()[0]
        return int(memory) << 10, int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    except (OSError, IndexError):  # no Linux
        return 0, 0


def _threads(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return 0
    return int(stat[stat.rindex(b")") + 2 :].split()[17])


def _resident(pid: int) -> int:
    """Return the memory of a process that is not of a file; what it shares with others is counted again in each."""
    try:
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * PAGE
