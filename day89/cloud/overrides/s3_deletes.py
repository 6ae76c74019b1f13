"""Keep some keys of a DeleteObjects, and report them in its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner

__all__ = ["with_errors", "without_keys"]

MESSAGES = {"AccessDenied": "Access Denied", "InternalError": "We encountered an internal error. Please try again."}


def without_keys(call: ApiCall, inner: Inner, denied: Mapping[str, str]) -> Answer | None:
    """Take keys out of a DeleteObjects that will be reported as not deleted.

    Args:
        call: the DeleteObjects.
        inner: the request to moto, which loses those keys.
        denied: key to error code.

    Returns:
        The whole answer where no key is left to delete, else None.
    """
    kept = [one for one in call.params["Delete"]["Objects"] if one["Key"] not in denied]
    quiet = "<Quiet>true</Quiet>" if call.params["Delete"].get("Quiet") else ""
    inner.body = f"<Delete>{''.join(_named(one) for one in kept)}{quiet}</Delete>".encode()
    inner.headers["content-length"] = str(len(inner.body))
    inner.changed = True
    if kept:
        return None
    return (
        200,
        {"content-type": "application/xml"},
        b'<?xml version="1.0" encoding="UTF-8"?><DeleteResult></DeleteResult>',
    )


def _named(item: Mapping[str, Any]) -> str:
    version = f"<VersionId>{escape(item['VersionId'])}</VersionId>" if item.get("VersionId") else ""
    return f"<Object><Key>{escape(item['Key'])}</Key>{version}</Object>"


def with_errors(answer: Answer, denied: Mapping[str, str]) -> Answer:
    """Report keys as not deleted in the answer to a DeleteObjects."""
    errors = "".join(
        f"<Error><Key>{escape(key)}</Key><Code>{code}</Code><Message>{MESSAGES.get(code, code)}</Message></Error>"
        for key, code in denied.items()
    ).encode()
    closed = re.sub(rb"<DeleteResult([^>]*)/>", rb"<DeleteResult\1></DeleteResult>", answer[2])
    return with_body(answer, closed.replace(b"</DeleteResult>", errors + b"</DeleteResult>"))
