"""Run the app under waitress, and leave in order: what was asked is answered, what was logged is sent.

waitress reads each request whole before anything works on it, so slow clients cost no thread; it is one process, in
pure Python, and runs everywhere. Where the model is quick the loop answers by itself, see ``dispatch``. For more cores
than one, behind a proxy that buffers:
``gunicorn -w 2 -k gthread --threads 16 --graceful-timeout 30 'mymodule:make_app()'``.
"""

from __future__ import annotations

import logging
import resource
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask import Flask

from day89.inference.dispatch import Dispatcher
from day89.inference.listener import Listener

__all__ = ["Server", "serve"]

logger = logging.getLogger(__name__)
BODY_BYTES = 1 << 24
SETTLE_SECONDS = 0.1  # how long connections that are being made when it stops may take to be complete
TICK_SECONDS = 0.05


class Server:
    """A server of one app over HTTP, until it is told to stop."""

    def __init__(
        self,
        app: Flask,
        *,
        host: str = "127.0.0.1",
        port: int = 5000,
        threads: int = 8,
        body_bytes: int | None = None,
    ) -> None:
        """Listen, but answer nothing before ``run``.

        Args:
            app: the app.
            host: address to listen at; ``0.0.0.0`` is every one.
            port: port; 0 takes a free one.
            threads: how many requests are worked on at once, beside those that the loop answers by itself.
            body_bytes: a body of so many bytes, with the framing of its chunks, is refused before the app sees any of
                it; None leaves room for the app's own limit.
        """
        if body_bytes is None:
            body_bytes = max(BODY_BYTES, 2 * app.extensions.get("day89.body_bytes", 0))
        self._stopping = threading.Event()
        self._dispatcher = Dispatcher(app.extensions.get("day89.is_quick", lambda _: False), threads)
        self._listener = Listener(
            app,
            self._dispatcher,
            self._stopping,
            host=host,
            ipv4=":" not in host,  # one address, one socket: "localhost" may be two
            ipv6=":" in host,
            port=port,
            max_request_body_size=body_bytes,
            max_request_header_size=1 << 15,
            recv_bytes=1 << 16,  # a body of 100 rows in one read
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self.host, self.port = host, int(self._listener.effective_port)

    def run(self, grace_seconds: float = 20.0) -> None:
        """Answer requests until ``stop``; then answer those that have come, and return.

        Each connection that was made gets one more answer, with ``Connection: close``; where no request comes for
        ``END_SECONDS`` it is closed.

        Args:
            grace_seconds: how long requests that have come may still take.
        """
        self._dispatcher.enter_loop()
        while not self._stopping.is_set():
            self._turn(1.0)
        end = time.monotonic() + grace_seconds
        self._listener.refuse_connections()
        self._turn_until(time.monotonic() + SETTLE_SECONDS)
        self._listener.stop_listening()
        self._drain(end)
        self._dispatcher.set_thread_count(0)
        self._listener.close()

    def stop(self) -> None:
        """Make ``run`` return soon; safe in a signal handler and from any thread."""
        self._stopping.set()
        self._listener.pull_trigger()

    def _turn(self, seconds: float) -> None:
        # poll, not select: that one knows no file above number 1023
        seconds = 0.0 if self._dispatcher.has_work_here else seconds
        self._listener.asyncore.loop(timeout=seconds, use_poll=True, map=self._listener._map, count=1)
        self._dispatcher.answer_here()

    def _turn_until(self, end: float) -> None:
        while time.monotonic() < end:
            self._turn(TICK_SECONDS)

    def _drain(self, end: float) -> None:
        while (channels := self._listener.active_channels) and time.monotonic() < end:
            self._listener.maintenance(time.time())
            self._turn(TICK_SECONDS)
        if any(channel.is_answering for channel in channels.values()):
            logger.warning("stopped with requests unanswered: they took too long")


def serve(
    app: Flask,
    *,
    host: str = "127.0.0.1",
    port: int = 5000,
    threads: int = 8,
    on_start: Callable[[Server], None] | None = None,
    on_stop: Callable[[], object] = lambda: None,
    grace_seconds: float = 20.0,
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
    _allow_many_files()
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


def _allow_many_files() -> None:
    # Each connection is a descriptor, and the usual limit of 1,024 is kept low only for programs that use select().
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS takes no "unlimited" here
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
