"""Shorten what graded code sleeps where nothing needs the time: states that pass by Describe calls, not by seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

__all__ = ["late_bound", "naps"]

# Not nothing: other threads of the code may be at work meanwhile.
NAP_SECONDS = 0.0005


@contextmanager
def naps() -> Iterator[None]:
    """Make ``time.sleep`` return at once, for waiters of boto3 and loops of a learner's own alike."""
    real = time.sleep
    with patch.object(time, "sleep", lambda seconds: real(min(seconds, NAP_SECONDS))):
        yield


@contextmanager
def late_bound() -> Iterator[None]:
    """Have a module that says ``from time import sleep`` while it is loaded get a sleep that ``naps`` can cut short."""
    real = time.sleep

    def sleep(seconds: float) -> None:
        now = time.sleep
        (real if now is sleep else now)(seconds)

    with patch.object(time, "sleep", sleep):
        yield
