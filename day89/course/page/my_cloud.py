"""Follow a running cloud and tell its pages when something in it has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from day89.cloud import Cloud
from day89.course.page.clouds import Live, Query, shown
from day89.course.page.stream import Stream
from day89.course.page.web import CLOUD_PORT, create_app, serving

__all__ = ["MyCloud", "my_cloud_page"]

LOOK_SECONDS = 0.1


class MyCloud:
    """The page of a cloud that runs in this process.

    Args:
        cloud: the cloud.
        environment: how to use it from another terminal.
    """

    def __init__(self, cloud: Cloud, environment: str = "") -> None:
        self.stream = Stream()
        self.live = Live(cloud)
        self.environment = environment

    def context(self, query: Query) -> dict[str, Any]:
        """Return what the template is filled with."""
        told = shown(self.live, query)
        told["environment"] = self.environment
        title = self.live.name
        return {
            "title": title,
            "say": told["sentence"],
            "learner": None,
            "cloud": told,
            "calls": self.live.calls(query),
        }

    def watch(self) -> None:
        """Look for changes until the stream is closed, as long as a page is open."""
        seen = None
        while not self.stream.closed:
            if self.stream.open:
                now = (self.live.stamp(), self.live.is_late())
                if seen is not None and now != seen:
                    self.stream.changed()
                seen = now
            self.stream.pause(LOOK_SECONDS)


@contextmanager
def my_cloud_page(cloud: Cloud, environment: str = "", port: int = CLOUD_PORT) -> Iterator[str]:
    """Serve the page of a cloud for as long as a block lasts.

    Args:
        cloud: the cloud.
        environment: how to use it from another terminal, as it is to be pasted.
        port: TCP port; a free one where it is taken.

    Yields:
        The page's address.
    """
    page = MyCloud(cloud, environment)
    app = create_app(page, reset=cloud.reset)
    watching = threading.Thread(target=page.watch, daemon=True, name="day89-watch")
    with serving(app, page.stream, port) as address:
        watching.start()
        try:
            yield address
        finally:
            page.stream.close()
            watching.join()
