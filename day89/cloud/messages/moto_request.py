"""Represent the request that moto gets, which overrides may change first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from day89.cloud.messages.aws_chunked import STREAMING, unchunk

__all__ = ["Headers", "Inner", "plain_headers"]

HOP_BY_HOP = ("transfer-encoding", "expect", "host", "connection")


class Headers(dict[str, str]):
    """HTTP headers under lower-case names, looked up in any case."""

    def __init__(self, headers: Mapping[str, Any]) -> None:
        """Take headers over, text or bytes."""
        if isinstance(headers, Headers):
            super().__init__(headers)
            return
        super().__init__(
            [(name.lower(), value if isinstance(value, str) else _text(value)) for name, value in headers.items()]
        )

    def __getitem__(self, name: str) -> str:
        """Return a header."""
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        """Return whether a header was sent."""
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header, or the default."""
        return super().get(name.lower(), default)


@dataclass
class Inner:
    """The parts of the request to moto: path and query still percent-encoded, S3's bucket in the path."""

    method: str
    host: str
    path: str
    query: str
    headers: Headers
    body: bytes
    changed: bool = field(default=False)

    @property
    def url(self) -> str:
        """Return the address at AWS that this request goes to."""
        return f"https://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    def set_query(self, name: str, value: str) -> None:
        """Set one parameter of the query."""
        kept = [pair for pair in parse_qsl(self.query, keep_blank_values=True) if pair[0] != name]
        self.query = urlencode([*kept, (name, value)], quote_via=quote)
        self.changed = True

    def set_body(self, body: bytes) -> None:
        """Set the body."""
        self.body = body
        self.headers["content-length"] = str(len(body))
        self.changed = True

    def set_form(self, values: Mapping[str, str | None]) -> None:
        """Set parameters of a form body; None takes one away."""
        kept = [pair for pair in parse_qsl(self.body.decode(), keep_blank_values=True) if pair[0] not in values]
        new = [(name, value) for name, value in values.items() if value is not None]
        self.set_body(urlencode([*kept, *new]).encode())

    def set_header(self, name: str, value: str | None) -> None:
        """Set one header; None takes it away."""
        self.headers.pop(name.lower(), None)
        if value is not None:
            self.headers[name.lower()] = value
        self.changed = True


def plain_headers(sent: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Take the aws-chunked framing off; a checksum that came behind the body becomes a header.

    Args:
        sent: headers as they came.
        body: body as it came.

    Returns:
        Headers and body without the framing.

    Raises:
        ValueError: the framing is broken, or the body is not as long as declared.
        KeyError: a declared trailer is missing.
    """
    inner = Headers(sent)
    for name in HOP_BY_HOP:
        inner.pop(name, None)
    declared = sent.get("content-length")
    if declared is not None and "transfer-encoding" not in sent and int(declared) != len(body):
        raise ValueError(f"{len(body)} bytes came of {declared}")
    if sent.get("x-amz-content-sha256", "").startswith(STREAMING) and body:
        body, trailers = unchunk(body)
        if int(sent.get("x-amz-decoded-content-length", len(body))) != len(body):
            raise ValueError("the content is not as long as declared")
        for name in filter(None, re.split(r"[\s,]+", sent.get("x-amz-trailer", "").lower())):
            trailers[name]  # raises KeyError
        inner.update(trailers)
        inner["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
        for name in ("x-amz-trailer", "x-amz-decoded-content-length"):
            inner.pop(name, None)
    if "aws-chunked" in inner.get("content-encoding", ""):  # how it came, not what it is
        encodings = [word.strip() for word in inner.pop("content-encoding", "").split(",")]
        kept = ",".join(word for word in encodings if word and word != "aws-chunked")
        inner.update({"content-encoding": kept} if kept else {})
    inner["content-length"] = str(len(body))
    return inner, body


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
