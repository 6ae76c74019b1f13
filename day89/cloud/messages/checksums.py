"""Compute the checksums that S3 checks. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Any

__all__ = ["ALGORITHMS", "FULL_OBJECT_ONLY", "checksum", "composite", "is_checksum"]

# Algorithm to the bytes of its checksum.
ALGORITHMS = {"crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32}
FULL_OBJECT_ONLY = frozenset({"crc64nvme"})
CATALOGUE = {"crc32c": "CRC32-ISCSI", "crc64nvme": "CRC64-NVME"}


def checksum(algorithm: str, body: bytes) -> str:
    """Return the base64 checksum of a body.

    Args:
        algorithm: one of ``ALGORITHMS``, in lower case.
        body: what to sum up.

    Returns:
        The checksum as it stands in an ``x-amz-checksum-*`` header.
    """
    if algorithm == "crc32":
        raw = zlib.crc32(body).to_bytes(4, "big")
    elif algorithm in CATALOGUE:
        raw = int(_crc(algorithm).calc(body)).to_bytes(ALGORITHMS[algorithm], "big")
    else:
        raw = hashlib.new(algorithm, body, usedforsecurity=False).digest()
    return base64.b64encode(raw).decode()


def composite(algorithm: str, parts: Iterable[str]) -> str:
    """Return the checksum of the checksums of an upload's parts, with the number of parts behind it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#composite-checksums
    """
    raw = [base64.b64decode(part) for part in parts]
    return f"{checksum(algorithm, b''.join(raw))}-{len(raw)}"


def is_checksum(algorithm: str, text: str) -> bool:
    """Return whether a text could be a checksum of this algorithm: base64 of as many bytes as it has."""
    try:
        return len(base64.b64decode(text, validate=True)) == ALGORITHMS[algorithm]
    except (binascii.Error, ValueError):
        return False


@cache
def _crc(algorithm: str) -> Any:
    import anycrc  # only requests with these two need it

    return anycrc.Model(CATALOGUE[algorithm])
