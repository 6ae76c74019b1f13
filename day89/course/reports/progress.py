"""Show the progress of grading on a terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

from day89.course.results.results import Check, CheckResult

__all__ = ["Progress", "time_left"]

CLEAR = "\r\x1b[2K"
WIDTH = 79
BAR = 20


class Progress:
    """A line of the terminal that is kept up to date; a context manager.

    Args:
        stream: where to draw.
        name: what is graded.
        total: how many submissions there are; 0 counts checks.
    """

    def __init__(self, stream: TextIO, name: str, total: int = 0) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._name = name
        self._total = total
        self._count = 0
        self._began = time.monotonic()

    def __enter__(self) -> Progress:
        self._draw(f"grading {self._name} …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw("")

    def check(self, check: Check, result: CheckResult) -> None:
        """Note that a check has ended."""
        self._count += 1
        self._draw(f"grading {self._name}: {self._count} checks, task {check.task}: {check.name.replace('_', ' ')}")

    def advance(self, name: str) -> None:
        """Note that a submission has been graded."""
        self._count += 1
        taken = time.monotonic() - self._began
        done = "#" * (BAR * self._count // max(1, self._total))
        rate = self._count / max(taken, 1e-6)
        left = time_left(taken / self._count * (self._total - self._count))
        self._draw(f"[{done:<{BAR}}] {self._count} of {self._total}, {rate:.1f}/s, {left} left: {name}")

    def _draw(self, text: str) -> None:
        if self._shown:
            self._stream.write(CLEAR + text[:WIDTH])
            self._stream.flush()


def time_left(seconds: float) -> str:
    """Return a time in words, such as ``4 min``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
