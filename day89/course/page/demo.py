"""Play a story slowly enough to be watched, beside a page of its cloud with buttons to pause it and to go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from day89.cloud import Cloud
from day89.course.demo.record import Step
from day89.course.demo.stage import Observer
from day89.course.page.clouds import Query
from day89.course.page.my_cloud import MyCloud
from day89.course.page.web import CLOUD_PORT, create_app, serving

__all__ = ["Stepper", "demo_page"]


class Stepper(MyCloud):
    """An observer that lets a story wait between its steps, and the page that shows them.

    Args:
        cloud: where the story plays.
        observer: is told of each step as well.
        seconds: how long it waits before each step; until somebody presses a button, while it is paused.
    """

    def __init__(self, cloud: Cloud, observer: Observer, seconds: float) -> None:
        super().__init__(cloud)
        self.observer, self.seconds = observer, seconds
        self.words = "The story begins."
        self.paused = False
        self._steps = 0
        self._moved = threading.Condition()

    def begin(self, step: Step) -> None:
        """Wait, then hear that a step has begun."""
        self._say(f"Next: {step.name}.")
        try:
            self._wait()
        except KeyboardInterrupt:
            self.paused, self.seconds = False, 0.0  # what is left is to take everything down, at once
            raise
        self._say(f"Now: {step.name}.")
        self.observer.begin(step)

    def _wait(self) -> None:
        until = time.monotonic() + self.seconds
        with self._moved:
            while not self.stream.closed and not self._steps:
                left = None if self.paused else until - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._moved.wait(left)
            self._steps = max(0, self._steps - 1)

    def end(self, step: Step) -> None:
        """Hear that a step has ended."""
        self._say(f"{'Broke' if step.failed else 'Done'}: {step.name}.")
        self.observer.end(step)

    def pause(self) -> None:
        """Wait before the next step until a button is pressed."""
        with self._moved:
            self.paused = True
            self._moved.notify_all()

    def go_on(self) -> None:
        """Go on by itself."""
        with self._moved:
            self.paused = False
            self._moved.notify_all()

    def step(self) -> None:
        """Play one step, then wait."""
        with self._moved:
            self.paused, self._steps = True, self._steps + 1
            self._moved.notify_all()

    def context(self, query: Query) -> dict[str, Any]:
        """Return what the template is filled with."""
        told = super().context(query)
        return {**told, "title": "Demo", "say": self.words + (" Paused." if self.paused else "")}

    def _say(self, words: str) -> None:
        self.words = words
        self.stream.changed()


@contextmanager
def demo_page(
    cloud: Cloud, observer: Observer, seconds: float, port: int = CLOUD_PORT
) -> Iterator[tuple[Stepper, str]]:
    """Serve the page of a story for as long as a block lasts.

    Args:
        cloud: where it plays.
        observer: is told of each step.
        seconds: how long it waits before each step.
        port: TCP port; a free one where it is taken.

    Yields:
        The observer to play the story with, and the page's address.
    """
    page = Stepper(cloud, observer, seconds)
    app = create_app(page, actions={"Pause": page.pause, "Next step": page.step, "Go on": page.go_on})
    watching = threading.Thread(target=page.watch, daemon=True, name="day89-watch")
    with serving(app, page.stream, port) as address:
        watching.start()
        try:
            yield page, address
        finally:
            page.stream.close()
            watching.join()
