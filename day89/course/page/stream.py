"""Tell every open page that what it shows has changed, by Server-Sent Events.

A stream holds a thread of the server for as long as its page is open, so there are few; a page that gets none asks
again every two seconds instead. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

__all__ = ["MOST", "Stream"]

MOST = 4
BEAT_SECONDS = 2.0  # so soon after a page is closed its stream ends: only writing to it tells


class Stream:
    """The number of the newest state, and everybody who waits for the next one."""

    def __init__(self) -> None:
        self.number = 0
        self.open = 0
        self.closed = False
        self._changed = threading.Condition()

    def changed(self) -> None:
        """Wake every page."""
        with self._changed:
            self.number += 1
            self._changed.notify_all()

    def close(self) -> None:
        """End every stream."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def enter(self, seen: int) -> Iterator[str] | None:
        """Return the events after a state, or None where all streams are taken.

        Args:
            seen: number of the state that the page shows.
        """
        with self._changed:
            if self.open >= MOST or self.closed:
                return None
            self.open += 1
        return _Events(self, seen)

    def wait(self, seen: int) -> int | None:
        """Return the number of a newer state, the same one after a while, or None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self.number != seen, BEAT_SECONDS)
            return None if self.closed else self.number

    def pause(self, seconds: float) -> None:
        """Wait a while, or until the end."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed, seconds)

    def leave(self) -> None:
        """Give a place back."""
        with self._changed:
            self.open -= 1


class _Events(Iterator[str]):
    """The text of one stream; closing it gives its place back, also where it was never read."""

    def __init__(self, stream: Stream, seen: int) -> None:
        self.stream, self.seen, self.left, self.begun = stream, seen, False, False

    def __next__(self) -> str:
        """Return the next event, or a comment that keeps the connection."""
        if not self.begun:
            self.begun = True
            return ": hello\n\n"
        number = None if self.left else self.stream.wait(self.seen)
        if number is None:
            self.close()
            raise StopIteration
        if number == self.seen:
            return ": beat\n\n"
        self.seen = number
        return f"event: change\ndata: {number}\n\n"

    def close(self) -> None:
        """Leave."""
        if not self.left:
            self.left = True
            self.stream.leave()
