"""Show the progress of grading: a line that is kept up to date on a terminal, a line a minute anywhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

from day89.course.results.results import Check, CheckResult

__all__ = ["ProgressLine", "time_left"]

CLEAR = "\r\x1b[2K"
WIDTH = 79
BAR = 20
EVERY_SECONDS = 60.0


class ProgressLine:
    """A line of the terminal that is kept up to date, and a line a minute where there is none; a context manager.

    Args:
        stream: where to draw.
        name: what is graded.
        total: how many submissions there are; 0 counts checks, which only a terminal shows.
        every: seconds between lines where there is no terminal.
    """

    def __init__(self, stream: TextIO, name: str, total: int = 0, every: float = EVERY_SECONDS) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._name = name
        self._total = total
        self._count = 0
        self._began = self._told = time.monotonic()
        self._every = every
        self._worst: tuple[float, str] | None = None

    def __enter__(self) -> ProgressLine:
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

    def advance(self, name: str, share: float | None = None) -> None:
        """Note that a submission has been graded.

        Args:
            name: what it is called.
            share: share of its points that it earned, where that is known.
        """
        self._count += 1
        if share is not None and (self._worst is None or share < self._worst[0]):
            self._worst = (share, name)
        now = time.monotonic()
        taken = now - self._began
        done = "#" * (BAR * self._count // max(1, self._total))
        rate = self._count / max(taken, 1e-6)
        left = time_left(taken / self._count * (self._total - self._count))
        self._draw(f"[{done:<{BAR}}] {self._count} of {self._total}, {rate:.1f}/s, {left} left: {name}")
        if not self._shown and now - self._told >= self._every:
            self._told = now
            worst = f", worst so far {100 * self._worst[0]:.0f} %: {self._worst[1]}" if self._worst else ""
            print(
                f"{self._count} of {self._total} done, {60 * rate:.1f} a minute, {left} left{worst}",
                file=self._stream,
                flush=True,
            )

    def _draw(self, text: str) -> None:
        if self._shown:
            self._stream.write(CLEAR + text[:WIDTH])
            self._stream.flush()


def time_left(seconds: float) -> str:
    """Return a time in words, such as ``4 min``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
