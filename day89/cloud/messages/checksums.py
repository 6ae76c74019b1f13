"""Compute the checksums that S3 checks. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html"""

from __future__ import annotations

import base64
import hashlib
import zlib
from functools import cache

__all__ = ["ALGORITHMS", "SLOW", "checksum"]

ALGORITHMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
# Without a C library these two take a second a megabyte here.
SLOW = ("crc32c", "crc64nvme")
POLYNOMIALS = {"crc32c": (0x82F63B78, 32), "crc64nvme": (0x9A6C9329AC4BC9B5, 64)}


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
    elif algorithm in POLYNOMIALS:
        raw = _crc(algorithm, body)
    else:
        raw = hashlib.new(algorithm, body, usedforsecurity=False).digest()
    return base64.b64encode(raw).decode()


@cache
def _table(algorithm: str) -> tuple[int, ...]:
    polynomial, _ = POLYNOMIALS[algorithm]
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        table.append(value)
    return tuple(table)


def _crc(algorithm: str, body: bytes) -> bytes:
    bits, table = POLYNOMIALS[algorithm][1], _table(algorithm)
    ones = (1 << bits) - 1
    value = ones
    for byte in body:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return (value ^ ones).to_bytes(bits // 8, "big")
