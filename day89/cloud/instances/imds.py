"""Serve the instance metadata service (IMDSv1 and v2), each instance on an address of its own.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
"""

from __future__ import annotations

import contextlib
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

__all__ = ["MetadataListener", "MetadataService", "MetadataSource"]

MOST_SECONDS = 21600
TOKEN = "X-aws-ec2-metadata-token"  # the header's name
SECONDS = "X-aws-ec2-metadata-token-ttl-seconds"


class MetadataSource(Protocol):
    """The content of one instance's metadata service, computed anew at each request."""

    @property
    def enabled(self) -> bool:
        """Return whether the service is on."""

    @property
    def token_required(self) -> bool:
        """Return whether IMDSv1 is refused."""

    def read(self, path: str) -> str | bytes | None:
        """Return the content of a path below ``/latest/``, or None."""


class MetadataListener:
    """One instance's listening socket, its content, and the session tokens that it issued."""

    def __init__(self, listener: socket.socket, source: MetadataSource) -> None:
        """Take over a listening socket."""
        self.listener = listener
        self.source = source
        self.tokens: dict[str, float] = {}

    @property
    def endpoint(self) -> str:
        """Return ``HOST:PORT``."""
        host, port = self.listener.getsockname()[:2]
        return f"{host}:{port}"

    def new_token(self, seconds: int) -> str:
        """Return a new session token."""
        token = secrets.token_urlsafe(40)
        self.tokens[token] = time.monotonic() + seconds
        return token

    def knows(self, token: str) -> bool:
        """Return whether a session token was given out here and is still good."""
        return self.tokens.get(token, 0.0) > time.monotonic()


class MetadataService:
    """A server for any number of listeners: one thread accepts, one short thread serves each connection."""

    def __init__(self) -> None:
        """Start the accepting thread."""
        self._selector = selectors.DefaultSelector()
        self._waker, self._alarm = socket.socketpair()
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._tasks: list[Callable[[], Any]] = []
        self._thread = threading.Thread(target=self._run, name="day89-metadata", daemon=True)
        self._open = True
        self._thread.start()

    def add(self, metadata: MetadataListener) -> None:
        """Serve a listener."""
        self._soon(lambda: self._selector.register(metadata.listener, selectors.EVENT_READ, metadata))

    def remove(self, metadata: MetadataListener) -> None:
        """Stop serving a listener and close its socket."""

        def leave() -> None:
            self._selector.unregister(metadata.listener)
            metadata.listener.close()

        self._soon(leave)

    def close(self) -> None:
        """Stop serving; every socket is closed when this returns."""
        self._open = False
        self._soon(lambda: None)
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            if key.data:
                key.data.listener.close()
        self._selector.close()
        self._waker.close()
        self._alarm.close()

    def _soon(self, task: Callable[[], Any]) -> None:
        self._tasks.append(task)
        self._alarm.send(b".")

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select():
                if key.data:
                    self._accept(key.data)
                else:
                    self._waker.recv(4096)
            while self._tasks:
                self._tasks.pop(0)()

    def _accept(self, metadata: MetadataListener) -> None:
        try:
            connection, address = metadata.listener.accept()
        except OSError:
            return
        threading.Thread(
            target=_answer, args=(connection, address, metadata), name="day89-metadata-1", daemon=True
        ).start()


def _answer(connection: socket.socket, address: Any, metadata: MetadataListener) -> None:
    connection.settimeout(10)
    with connection, contextlib.suppress(OSError):
        _MetadataHandler(connection, address, metadata)  # type: ignore[arg-type]


class _MetadataHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "EC2ws"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: this runs in the owner's process."""

    def do_PUT(self) -> None:
        """Give out a session token."""
        metadata: MetadataListener = self.server  # type: ignore[assignment]
        try:
            seconds = int(self.headers[SECONDS])
        except (TypeError, ValueError):
            seconds = 0
        if not metadata.source.enabled or self.headers.get("X-Forwarded-For"):
            self._send(403, "")
        elif self.path != "/latest/api/token":
            self._send(404, "")
        elif not 1 <= seconds <= MOST_SECONDS:
            self._send(400, "")
        else:
            self._send(200, metadata.new_token(seconds), {SECONDS: str(seconds)})

    def do_GET(self) -> None:
        """Answer a question about the instance."""
        metadata: MetadataListener = self.server  # type: ignore[assignment]
        if not metadata.source.enabled:
            self._send(403, "")
            return
        token = self.headers.get(TOKEN)
        if (token and not metadata.knows(token)) or (not token and metadata.source.token_required):
            self._send(401, "")
            return
        found = metadata.source.read(self.path.removeprefix("/latest").strip("/"))
        self._send(404, "") if found is None else self._send(200, found)

    def _send(self, status: int, content: str | bytes, headers: dict[str, str] | None = None) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        for name, value in {"Content-Type": "text/plain", "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
