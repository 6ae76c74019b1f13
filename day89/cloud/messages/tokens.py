"""Continuation tokens: the last name of a page, in a form that no client makes up."""

from __future__ import annotations

import base64
import binascii
import hashlib

__all__ = ["read_token", "write_token"]


def write_token(name: str) -> str:
    """Return the token that stands for the last name of a page."""
    raw = name.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:6] + raw).decode()


def read_token(token: str) -> str | None:
    """Return the name that a token stands for, or None where no page has ended with it."""
    try:
        name = base64.urlsafe_b64decode(token)[6:].decode()
    except (binascii.Error, ValueError):
        return None
    return name if name and write_token(name) == token else None
