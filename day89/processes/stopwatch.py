"""Time that is charged to processes: what passes, less what they wait for a processor that others hold.

https://docs.kernel.org/scheduler/sched-stats.html (/proc/PID/schedstat). Where the system does not tell, the load
average is an estimate.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["Stopwatch", "stretched"]

NANOSECONDS = 1e9
MOST = 10.0  # times that a busy machine may stretch a wait


class Stopwatch:
    """A stopwatch over a process and all below it.

    Args:
        root: id of the process.
    """

    def __init__(self, root: int) -> None:
        self.root = root
        self.restart()

    def restart(self) -> None:
        """Begin anew."""
        self._began = time.monotonic()
        self._first = dict(_waits(self.root))
        self._last = dict(self._first)
        self._skipped = 0.0

    def skip(self, seconds: float) -> None:
        """Count seconds that a virtual clock has skipped as if they had passed."""
        self._skipped += seconds

    @property
    def elapsed(self) -> float:
        """Return the seconds that have really passed."""
        return time.monotonic() - self._began

    @property
    def wall(self) -> float:
        """Return the seconds that have passed, with those that a virtual clock has skipped."""
        return self.elapsed + self._skipped

    @property
    def charged(self) -> float:
        """Return the seconds that have passed, less those that any of the processes waited for a processor."""
        return self.used + self._skipped

    @property
    def used(self) -> float:
        """Return the seconds charged without those that a virtual clock has skipped."""
        elapsed = self.elapsed
        if not self._first:
            return elapsed / _load()
        self._last.update(_waits(self.root))  # a thread that has ended keeps what was last seen of it
        waited = sum(seconds - self._first.get(thread, 0.0) for thread, seconds in self._last.items())
        return max(0.0, elapsed - waited)

    def left(self, limit: float, most_wall: float) -> float:
        """Return the seconds until a limit can be reached at the earliest; 0 once it has been.

        Args:
            limit: greatest number of seconds charged.
            most_wall: greatest number of seconds that may pass, however busy the machine is.
        """
        return max(0.0, min(limit - self.charged, most_wall - self.wall))


def stretched(seconds: float, most: float = float("inf")) -> float:
    """Return how long something may take that takes so many seconds on an idle machine, as busy as this one is.

    Args:
        seconds: how long on an idle machine.
        most: greatest number of seconds to return.
    """
    found = _schedstat(Path("/proc/self/schedstat"))
    factor = (found[0] + found[1]) / found[0] if found and found[0] > 0 else _load()
    return min(seconds * min(MOST, max(1.0, factor)), max(most, seconds))


def _load() -> float:
    try:
        return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    except OSError:
        return 1.0


def _waits(root: int) -> Iterator[tuple[str, float]]:
    """Yield each thread of a process and all below it, and the seconds that it has waited for a processor."""
    left = [root]
    while left:
        tasks = Path("/proc", str(left.pop()), "task")
        try:
            threads = list(tasks.iterdir())
        except OSError:  # it has ended
            continue
        for thread in threads:
            found = _schedstat(thread / "schedstat")
            if found is not None:
                yield thread.name, found[1]
            try:
                left += [int(word) for word in (thread / "children").read_text().split()]
            except (OSError, ValueError):
                continue


def _schedstat(path: Path) -> tuple[float, float] | None:
    try:
        used, waited, _ = path.read_text().split()
    except (OSError, ValueError):
        return None
    return int(used) / NANOSECONDS, int(waited) / NANOSECONDS
