"""Remove the transfer framing of a request body: what is left is what the client meant to send."""

from __future__ import annotations

from typing import Any

__all__ = ["STREAMING", "read_body", "unchunk"]

STREAMING = "STREAMING-"


def read_body(body: Any) -> bytes:
    """Return a request body as bytes, whatever botocore holds it in.

    Args:
        body: None, text, bytes, or something with ``read`` (a file, botocore's aws-chunked wrapper), or an iterable.

    Returns:
        All of it.
    """
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if hasattr(body, "read"):
        return read_body(body.read())
    return b"".join(body)


def unchunk(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Take aws-chunked framing off a body.

    Args:
        body: chunks of ``SIZE-IN-HEX[;chunk-signature=...]`` CRLF ``bytes`` CRLF, then trailers.

    Returns:
        The content, and the trailing headers with lower-case names (such as ``x-amz-checksum-crc32``).

    Raises:
        ValueError: the framing is broken, or the body ends before it is complete.
        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    """
    content, place = bytearray(), 0
    while True:
        end = body.index(b"\r\n", place)
        size = int(body[place:end].split(b";")[0], 16)
        place = end + 2
        if size == 0:
            return bytes(content), _trailers(body[place:])
        content += memoryview(body)[place : place + size]
        place += size
        if size < 0 or body[place : place + 2] != b"\r\n":
            raise ValueError("a chunk is not as long as it says")
        place += 2


def _trailers(tail: bytes) -> dict[str, str]:
    lines = [line.partition(b":") for line in tail.split(b"\r\n") if b":" in line]
    return {name.decode().strip().lower(): value.decode().strip() for name, _, value in lines}
