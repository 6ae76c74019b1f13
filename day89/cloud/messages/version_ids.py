"""Version ids of S3: 32 letters that tell a mistyped id from one that is gone."""

from __future__ import annotations

import base64
import hashlib

__all__ = ["NULL", "is_version_id", "make_version_id"]

NULL = "null"
BODY, CHECK = 28, 4


def make_version_id(drawn: bytes) -> str:
    """Return a version id for 16 bytes that were drawn for it."""
    body = _letters(hashlib.sha256(drawn).digest(), BODY)
    return body + _check(body)


def is_version_id(text: str) -> bool:
    """Return whether a text is formed as a version id: S3 refuses others as malformed, whatever is stored."""
    return text == NULL or (len(text) == BODY + CHECK and text[BODY:] == _check(text[:BODY]))


def _check(body: str) -> str:
    return _letters(hashlib.sha256(body.encode()).digest(), CHECK)


def _letters(raw: bytes, count: int) -> str:
    return base64.b64encode(raw, altchars=b"._").decode()[:count]
