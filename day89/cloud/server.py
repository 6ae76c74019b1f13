"""Answer AWS requests over HTTP on the loopback, for other processes, the AWS command line and other languages."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from day89.cloud.gateway import INCOMPLETE_BODY, Gateway
from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ADMIN, DEFAULT_REGION, Credential

__all__ = ["LOOPBACK", "Endpoint", "serving"]

LOOPBACK = "127.0.0.1"
NO_BODY = frozenset({204, 304})


class Endpoint:
    """A running HTTP endpoint and the environment variables that a process needs to use it."""

    def __init__(self, address: tuple[str, int]) -> None:
        """Stand at an address."""
        self.host, self.port = address

    @property
    def endpoint(self) -> str:
        """Return the URL for ``AWS_ENDPOINT_URL``."""
        return f"http://{self.host}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """Return the ``AWS_*`` variables of a process that uses this endpoint as the administrator."""
        return self.env_for(ADMIN)

    def env_for(self, credential: Credential, region: str = DEFAULT_REGION) -> dict[str, str]:
        """Return the ``AWS_*`` variables of a process that uses this endpoint with a credential."""
        token = {"AWS_SESSION_TOKEN": credential.token} if credential.token else {}
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": credential.access_key,
            "AWS_SECRET_ACCESS_KEY": credential.secret_key,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **token,
        }


@contextmanager
def serving(gateway: Gateway, port: int = 0, reset: Callable[[], None] | None = None) -> Iterator[Endpoint]:
    """Open an endpoint on the loopback for as long as a block lasts.

    Args:
        gateway: who answers.
        port: TCP port; 0 takes a free one.
        reset: what ``POST /_day89/reset`` does; None refuses it.

    Yields:
        The endpoint. At the end no thread, socket or port of it is left.

    Raises:
        OSError: the port is taken.
    """
    http = _HttpServer((LOOPBACK, port), _handler_for(gateway, reset))
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True, name="day89-cloud"
    )
    thread.start()
    try:
        yield Endpoint((LOOPBACK, http.server_address[1]))
    finally:
        http.shutdown()
        http.server_close()
        http.hang_up()
        thread.join()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.open_connections: set[socket.socket] = set()
        self.workers: list[threading.Thread] = []
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open_connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open_connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close what clients have left open: they keep connections alive."""
        for connection in list(self.open_connections):
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


def _handler_for(gateway: Gateway, reset: Callable[[], None] | None) -> type[BaseHTTPRequestHandler]:
    def control(method: str, path: str, headers: dict[str, str]) -> Answer:
        if path == "/_day89/health" and method in ("GET", "HEAD"):
            return _told(200, state="running", calls=len(gateway.log))
        if path != "/_day89/reset" or reset is None:
            return _told(404, message=f"{path} is not here: GET /_day89/health, POST /_day89/reset")
        if method != "POST":
            return _told(405, message="reset the cloud by POST /_day89/reset")
        if "origin" in headers or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _told(403, message="a page in a browser may not reset the cloud")
        reset()
        return _told(200, state="empty")

    class Handler(_Handler):
        answer = staticmethod(gateway.handle)
        controlled = staticmethod(control)

    return Handler


def _text(value: str) -> str:
    try:
        return value if value.isascii() else value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _told(status: int, **facts: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(facts).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    answer: Callable[..., Any]
    controlled: Callable[..., Answer]

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the call log has it."""

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for leave to send its body to go on, at once."""
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def do_GET(self) -> None:  # the names are http.server's
        """Answer a request of any method."""
        headers = self._joined_headers()
        try:
            body = self._chunks() if "chunked" in headers.get("transfer-encoding", "").lower() else self._fixed()
        except ValueError:
            self.close_connection = True  # where this request ends is not known
            self._send(*render(INCOMPLETE_BODY, "rest-xml", self.command))
            return
        host = headers.get("host") or f"{LOOPBACK}:{self.server.server_address[1]}"  # type: ignore[index]
        path = self.path if self.path.startswith("/") else "/" + self.path
        if path.startswith("/_day89/"):
            self._send(*self.controlled(self.command, path.partition("?")[0], headers))
            return
        status, out, content = self.answer(self.command, f"http://{host}{path}", headers, body)
        self._send(status, out, content)

    do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_GET

    def _joined_headers(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for name, value in self.headers.items():
            # Headers travel as bytes, which http.server reads as Latin-1; every SDK writes UTF-8.
            name, value = name.lower(), _text(value)
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        return joined

    def _fixed(self) -> bytes:
        return self._read(int(self.headers.get("Content-Length") or 0))

    def _read(self, size: int) -> bytes:
        content = self.rfile.read(size) if size >= 0 else b""
        if len(content) != size:
            raise ValueError(f"{len(content)} bytes came of {size}")
        return content

    def _chunks(self) -> bytes:
        content = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self._read(size)
            if self.rfile.readline().strip():
                raise ValueError("a chunk is longer than it says")
        while self.rfile.readline().strip():
            pass  # trailers
        return bytes(content)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        said = next((int(value) for name, value in headers.items() if name.lower() == "content-length"), len(content))
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "status"):
                self.send_header(name, str(value).encode().decode("latin-1"))
        if status not in NO_BODY:
            self.send_header("Content-Length", str(said if self.command == "HEAD" else max(said, len(content))))
        self.end_headers()
        if self.command != "HEAD" and status not in NO_BODY:
            self.wfile.write(content)
            if len(content) < said:
                self.close_connection = True  # a fault: the body breaks off here
