"""XML answers of S3, written element by element."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import XML, Answer

__all__ = ["canonical_id", "document", "element", "writer"]

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@cache
def canonical_id(account: str) -> str:
    """Return the canonical user id of an account, 64 hexadecimal digits.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html
    """
    return hashlib.sha256(f"canonical user {account}".encode()).hexdigest()


def writer(encoding: str | None) -> Callable[[str], str]:
    """Return how names are written in a list: percent-encoded where the client asks for ``url``."""
    return quote if encoding == "url" else escape


def element(tag: str, value: Any, write: Callable[[str], str] = escape) -> str:
    """Return one element, or nothing where the value is None."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{tag}>{write(text)}</{tag}>"


def document(name: str, text: str) -> Answer:
    """Return a successful answer whose body is one document of S3."""
    body = f'{XML}<{name} xmlns="{NAMESPACE}">{text}</{name}>'.encode()
    return 200, {"content-type": "application/xml"}, body
