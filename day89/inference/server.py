"""Run the app under waitress, and leave in order: what was asked is answered, what was logged is sent.

waitress reads each request whole before anything works on it, so slow clients cost no thread; it is one process, in
pure Python, and runs everywhere. Where the model is quick the loop answers by itself, see ``dispatch``. For more cores
than one, behind a proxy that buffers:
``gunicorn -w 2 -k gthread --threads 16 --graceful-timeout 30 'mymodule:make_app()'``.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from waitress import create_server

from day89.inference.dispatch import Channel, Dispatcher

__all__ = ["Server", "serve"]

logger = logging.getLogger(__name__)
CONNECTIONS = 1000  # the default of 100 is used up by a hundred clients that send slowly
QUIET_SECONDS = 0.2
TICK_SECONDS = 0.05


class Server:
    """An HTTP server for an app, until it is told to stop."""

    def __init__(
        self, app: Flask, *, host: str = "127.0.0.1", port: int = 5000, threads: int = 8, body_bytes: int = 1 << 24
    ) -> None:
        """Listen, but answer nothing before ``run``.

        Args:
            app: the app.
            host: address to listen at; ``0.0.0.0`` is every one.
            port: port; 0 takes a free one.
            threads: how many requests are worked on at once, beside those that the loop answers by itself.
            body_bytes: a longer body is refused before the app sees any of it; the app's own limit is below it.
        """
        self._stopping = threading.Event()
        self._dispatcher = Dispatcher(app.extensions.get("day89.is_quick", lambda _: False), threads)
        self._server: Any = create_server(
            app,
            _dispatcher=self._dispatcher,
            host=host,
            ipv4=":" not in host,  # one address, one socket: "localhost" may be two
            ipv6=":" in host,
            port=port,
            connection_limit=CONNECTIONS,
            max_request_body_size=body_bytes,
            max_request_header_size=1 << 15,
            recv_bytes=1 << 16,  # a body of 100 rows in one read
            channel_timeout=30,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = Channel
        self._server.day89_stopping = self._stopping
        self.host, self.port = host, int(self._server.effective_port)

    def run(self, grace_seconds: float = 30.0) -> None:
        """Answer requests until ``stop``; then answer those that have come, and return.

        Args:
            grace_seconds: how long requests that have come may still take.
        """
        self._dispatcher.enter_loop()
        while not self._stopping.is_set():
            self._turn(1.0)
        self._drain(time.monotonic() + grace_seconds)
        self._dispatcher.shutdown(cancel_pending=False, timeout=0)
        self._server.close()
        self._server.asyncore.close_all(self._server._map)

    def stop(self) -> None:
        """Make ``run`` return soon; safe in a signal handler and from any thread."""
        if not self._stopping.is_set():  # once: after the end of ``run`` the trigger is a closed file
            self._stopping.set()
            self._server.pull_trigger()

    def _turn(self, seconds: float) -> None:
        # poll, not select: that one knows no file above number 1023
        seconds = 0.0 if self._dispatcher.has_work_here else seconds
        self._server.asyncore.loop(timeout=seconds, use_poll=True, map=self._server._map, count=1)
        self._dispatcher.answer_here()

    def _drain(self, end: float) -> None:
        # Connections that wait to be accepted were made by clients that count on an answer: take them until no new
        # one has come for a moment. A load balancer sees no listener as soon as this is over.
        quiet_since = time.monotonic()
        while (now := time.monotonic()) < min(end, quiet_since + QUIET_SECONDS):
            self._turn(TICK_SECONDS)
            if self._busy():
                quiet_since = now
        if self._busy():
            logger.warning("stopped with requests unanswered: they took too long")

    def _busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.request or channel.total_outbufs_len for channel in channels)


def serve(
    app: Flask,
    *,
    host: str = "127.0.0.1",
    port: int = 5000,
    threads: int = 8,
    on_start: Callable[[Server], None] | None = None,
    on_stop: Callable[[], object] = lambda: None,
    grace_seconds: float = 30.0,
) -> None:
    """Serve an app until SIGTERM or SIGINT.

    Args:
        app: the app.
        host: address to listen at.
        port: port; 0 takes a free one.
        threads: how many requests are worked on at once.
        on_start: called with the server as soon as it listens.
        on_stop: called when the last request is answered, such as ``log.close``.
        grace_seconds: how long requests that have come may take after the signal.

    Must be called in the main thread: only there does Python deliver signals.
    """
    server = Server(app, host=host, port=port, threads=threads)
    before = {number: signal.signal(number, lambda *_: server.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if on_start is not None:
            on_start(server)
        server.run(grace_seconds)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        on_stop()
