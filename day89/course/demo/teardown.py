"""Take down what a story has built, in all cases: what is to be undone is written down before it is done."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Undo", "ended_by_signals", "undisturbed"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Undo:
    """Hold what is to be undone, the last first. Each entry has to bear that its thing was never made."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._entries: list[tuple[str, Callable[[], object]]] = []

    def later(self, what: str, undo: Callable[[], object]) -> None:
        """Write one thing down; to be called before it is made, so that no interrupt comes in between."""
        self._entries.append((what, undo))

    def run(self) -> list[str]:
        """Undo everything, and return what could not be undone, with the reason; nothing keeps the rest from being."""
        failed = []
        while self._entries:
            what, undo = self._entries.pop()
            try:
                undo()
            except Exception as error:  # whatever it is, the rest must go all the same
                failed.append(f"{what}: {error}")
        return failed


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a SIGTERM or a hang-up end a story as Ctrl-C does, so that it still cleans up."""
    with _handling(SIGNALS[1:], _interrupt):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Answer signals with a word instead of stopping: for the short while in which everything is taken down."""

    def say(*_: Any) -> None:
        print("day89: still cleaning up, one moment", file=sys.stderr, flush=True)

    with _handling(SIGNALS, say):
        yield


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handling(numbers: tuple[signal.Signals, ...], handler: Callable[..., None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there Python delivers signals
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
