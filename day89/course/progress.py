"""Show on a terminal which check has just ended; on anything else stay silent."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from day89.course.verdict import Check, CheckResult

__all__ = ["Progress"]

CLEAR = "\r\x1b[2K"


class Progress:
    """Keep one line of a terminal up to date; use it as a context manager.

    Args:
        stream: where to draw.
        name: what is graded.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._name = name
        self._count = 0

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

    def _draw(self, text: str) -> None:
        if self._shown:
            self._stream.write(CLEAR + text[:79])
            self._stream.flush()
