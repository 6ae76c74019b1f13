"""Serve the page on 127.0.0.1: whole for a browser without scripts, in parts for one that listens.

It answers to its own host name only (against DNS rebinding), reads only, and changes something, where there is
something to reset, only for a form that carries its token: https://owasp.org/www-community/attacks/csrf
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import waitress
from flask import Flask, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from day89.course.page.clouds import Query
from day89.course.page.prose import prose
from day89.course.page.stream import MOST, Stream
from day89.errors import UsageError

__all__ = ["CLOUD_PORT", "LEARN_PORT", "PageSource", "create_app", "serving"]

LEARN_PORT, CLOUD_PORT = 8990, 8991
THREADS = MOST + 4  # a stream holds one for as long as its page is open
LOOPBACK = ("127.0.0.1", "localhost")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PageSource(Protocol):
    """What a page shows."""

    stream: Stream

    def context(self, query: Query) -> dict[str, Any]:
        """Return what the template is filled with."""


def create_app(
    source: PageSource, reset: Callable[[], None] | None = None, actions: dict[str, Callable[[], None]] | None = None
) -> Flask:
    """Make the app.

    Args:
        source: what it shows.
        reset: empties the cloud that is shown, where the page may do that.
        actions: other buttons: their words, and what each does.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 4096
    token = secrets.token_urlsafe(24)
    doing = {**(actions or {}), **({"Reset my cloud": reset} if reset else {})}
    app.add_template_filter(prose, "prose")
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_size, "size")
    app.add_template_filter(_month, "month")
    app.add_template_filter(lambda text: text[:1].upper() + text[1:], "sentence")
    app.before_request(lambda: _guard(token))
    app.after_request(_headers)

    def fill(template: str) -> str:
        number = source.stream.number  # before it is read: what changes meanwhile is told again
        return render_template(template, number=number, token=token, doing=list(doing), **source.context(_query()))

    @app.get("/")
    def home() -> str:
        return fill("page.html")

    @app.get("/live")
    def live() -> str:
        return fill("live.html")

    @app.get("/events")
    def events() -> Response:
        found = source.stream.enter(request.args.get("seen", -1, type=int))
        if found is None:
            return Response("all streams are taken: ask for /live now and then\n", 503, mimetype="text/plain")
        return Response(found, mimetype="text/event-stream")

    @app.post("/do")
    def do() -> AnyResponse:
        action = doing.get(request.form.get("action", ""))
        if action is None:
            abort(404)
        action()
        source.stream.changed()
        return redirect(url_for("home"), 303)

    return app


def _query() -> Query:
    args = request.args
    return Query(
        bucket=args.get("bucket", ""),
        key=args.get("key", ""),
        version=args.get("version", ""),
        versions=args.get("versions") == "1",
        page=args.get("page", 1, type=int),
        every_call=args.get("every_call") == "1",
    )


def _guard(token: str) -> None:
    host = request.host.rsplit(":", 1)[0]
    if host not in LOOPBACK:
        abort(Response(f"this page answers to 127.0.0.1 only, not to {host!r}\n", 403, mimetype="text/plain"))
    if request.method == "POST":
        origin = request.headers.get("Origin")
        mine = origin is None or origin == request.host_url.rstrip("/")
        if not mine or not hmac.compare_digest(request.form.get("token", "").encode(), token.encode()):
            words = "this form is not from this page, or from an earlier start of it; go back and reload\n"
            abort(Response(words, 403, mimetype="text/plain"))


def _headers(response: AnyResponse) -> Any:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _moment(text: str) -> Markup:
    """Return a moment as the console writes it, to the second, in UTC."""
    words = text[:19].replace("T", " ")
    return Markup('<time datetime="{}">{}</time>').format(text, words)


def _size(count: int) -> str:
    """Return a number of bytes as the console writes it, such as ``1.2 KB``."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} B" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1024
    raise AssertionError("every size has a unit")


def _month(usd: float | None) -> str:
    """Return dollars a month in words."""
    if usd is None:
        return "no price known"
    return f"${usd:,.2f}" if usd >= 0.005 or usd == 0 else "less than $0.01"


@contextmanager
def serving(app: Flask, stream: Stream, port: int) -> Iterator[str]:
    """Serve an app on 127.0.0.1, beside what else this process does.

    Args:
        app: the app.
        stream: of its page; it ends with the block.
        port: TCP port; 0 takes a free one, and so does one that is taken.

    Yields:
        The page's address.

    Raises:
        UsageError: no port can be had.
    """
    listener, connections = _listen(port), {}  # type: ignore[var-annotated]
    server = waitress.create_server(
        app, map=connections, sockets=[listener], threads=THREADS, ident="day89", clear_untrusted_proxy_headers=True
    )

    def run() -> None:
        try:
            server.run()
        except (OSError, ValueError):  # it was waiting for a connection that is closed below
            if not stream.closed:
                raise

    thread = threading.Thread(target=run, daemon=True, name="day89-page")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stream.close()
        server.task_dispatcher.shutdown(timeout=5)  # its threads end first: they wake the server that is closed next
        server.close()
        for connection in list(connections.values()):
            connection.close()
        thread.join(timeout=5)


def _listen(port: int) -> socket.socket:
    for wanted in (port, 0):
        try:
            return socket.create_server(("127.0.0.1", wanted))
        except (OSError, OverflowError) as error:
            if wanted == 0:
                raise UsageError(f"no port for the page can be had ({error})") from error
    raise AssertionError("a port, or the error")
