"""Answer AWS requests: the one door through which every call goes, in process or over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from day89.cloud import backend
from day89.cloud.api import ApiCall, Refusal
from day89.cloud.body import STREAMING, read_body, unchunk
from day89.cloud.render import Answer, render
from day89.cloud.route import Route, Signed, find_route, read_signature
from day89.cloud.state import State

__all__ = ["SERVICES", "Gateway", "Headers"]

SERVICES = frozenset({"s3", "ec2", "iam", "sts", "ssm", "cloudwatch", "logs", "autoscaling", "sqs"})
NOT_SERVED = "the local cloud answers only the services of this course: {services}; {name} is not one of them"


class Headers(dict[str, str]):
    """Hold HTTP headers under lower-case names, looked up in any case."""

    def __init__(self, headers: Mapping[str, Any]) -> None:
        """Take headers over, text or bytes."""
        super().__init__((name.lower(), _text(value)) for name, value in headers.items())

    def __getitem__(self, name: str) -> str:
        """Return a header."""
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        """Return whether a header was sent."""
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header, or the default."""
        return super().get(name.lower(), default)


class Gateway:
    """Be AWS for one process: parse, judge, do, log. Calls are done one at a time."""

    def __init__(self, state: State) -> None:
        """Stand on the given state."""
        self.lock = threading.RLock()
        self.state = state

    def handle(self, method: str, url: str, headers: Mapping[str, Any], body: Any = None) -> Answer:
        """Answer one request.

        Args:
            method: HTTP method.
            url: absolute URL, as the client sent it.
            headers: request headers.
            body: request body: bytes, text, a file or None.

        Returns:
            Status, headers and body of the answer.
        """
        sent = Headers(headers)
        content = read_body(body)
        signed = read_signature(sent, urlsplit(url).query)
        route = find_route(url, signed)
        if route is None or route.service not in SERVICES:
            return self._not_served(method, url, route)
        with self.lock:
            return self._answer(method, url, sent, content, signed, route)

    def _not_served(self, method: str, url: str, route: Route | None) -> Answer:
        name = route.service if route else urlsplit(url).netloc
        message = NOT_SERVED.format(services=", ".join(sorted(SERVICES)), name=name)
        return render(Refusal("AccessDenied", message, 403), "json", method)

    def _answer(self, method: str, url: str, sent: Headers, content: bytes, signed: Signed, route: Route) -> Answer:
        inner, content = _plain_headers(sent, content)
        account = self.state.account_of(signed.access_key)
        inner["x-moto-account-id"] = account
        query = urlsplit(url).query
        request = backend.make_request(method, _aws_url(route, query), inner, content)
        protocol = backend.protocol_of(route.service, request.content_type)
        try:
            operation, params = backend.understand(route.service, request, content)
        except backend.NotFound:
            return render(Refusal("InvalidAction", f"{route.service} has no such operation", 400), protocol, method)
        call = ApiCall(
            route.service,
            operation,
            route.region,
            account,
            params,
            method,
            url,
            sent,
            content,
            signed.access_key,
            signed.token,
            signed.presigned,
        )
        return backend.ask_moto(call.service, request, route.path)


def _plain_headers(sent: Headers, content: bytes) -> tuple[Headers, bytes]:
    """Take the aws-chunked framing off; a checksum that came behind the body becomes a header."""
    inner = Headers(sent)
    for name in ("transfer-encoding", "expect", "host"):
        inner.pop(name, None)
    if sent.get("x-amz-content-sha256", "").startswith(STREAMING) and content:
        content, trailers = unchunk(content)
        inner.update(trailers)
        inner["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
        for name in ("x-amz-trailer", "x-amz-decoded-content-length"):
            inner.pop(name, None)
        encodings = [word.strip() for word in inner.pop("content-encoding", "").split(",")]
        kept = ",".join(word for word in encodings if word and word != "aws-chunked")
        inner.update({"content-encoding": kept} if kept else {})
    inner["content-length"] = str(len(content))
    return inner, content


def _aws_url(route: Route, query: str) -> str:
    prefix = backend.ENDPOINT_PREFIXES.get(route.service, route.service)
    host = "iam" if prefix == "iam" else f"{prefix}.{route.region}"
    return f"https://{host}.amazonaws.com{route.path}" + (f"?{query}" if query else "")


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
