"""Take down what a story has built, in all cases: what is to be undone is written down before it is done."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["Cleanup", "Interrupts"]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Cleanup:
    """The clean-up actions of a story, the last first. Each must tolerate that its resource was never made."""

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


class Interrupts:
    """A block that the first Ctrl-C, SIGTERM or hang-up ends; later ones do not disturb the cleaning up.

    ``ending`` is set by the first signal, in the moment that it is raised, or by the block where it ends by itself.
    """

    def __init__(self) -> None:
        """Begin with signals that end the block."""
        self.ending = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        """Take the signals over; in another thread than the main one there are none to take."""
        if threading.current_thread() is threading.main_thread():
            wanted = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # as under nohup
            self._before = {number: signal.signal(number, self._handle) for number in wanted}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        for number, old in self._before.items():
            signal.signal(number, old)

    def _handle(self, *_: Any) -> None:
        if not self.ending:
            self.ending = True
            raise KeyboardInterrupt
        print("day89: still cleaning up, one moment", file=sys.stderr, flush=True)
