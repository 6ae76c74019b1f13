"""Make one object of many inside S3: nothing of it is seen before all of it is there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, not_found
from day89.s3 import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["compose_object", "plan_pieces"]

PART_BYTES_MIN = 5 << 20  # of every part of a multipart upload but the last
PART_BYTES_MAX = 5 << 30
PARTS_MAX = 10_000  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html


def compose_object(
    s3: S3Client,
    bucket: str,
    keys: Iterable[str],
    output_key: str,
    *,
    head: bytes = b"",
    content_type: str = "text/csv; charset=utf-8",
) -> str:
    """Put objects one after the other into one object.

    Large objects are copied within S3 and never come here, but for the few MiB that a small one before them lacks;
    small ones pass through a buffer. The new object appears whole when the last part is there; where anything fails
    before, what was there stays, and no part is left.

    Args:
        s3: S3 client.
        bucket: bucket of all of them.
        keys: objects to put together, in order.
        output_key: key of the new object.
        head: bytes to put before the first one.
        content_type: Content-Type of the new object.

    Returns:
        The ETag of the new object.

    Raises:
        NotFoundError: one of the objects is not there.
        InvalidInputError: they are too many, or too large, for one upload.
    """
    sources = [(key, _size(s3, bucket, key)) for key in keys]
    pieces = plan_pieces([size for _, size in sources], len(head))
    if len(pieces) > PARTS_MAX:
        raise InvalidInputError(f"{output_key} would be an upload of {len(pieces)} parts; S3 takes {PARTS_MAX}")
    target: Any = {"Bucket": bucket, "Key": output_key}
    with not_found(f"bucket {bucket}"):
        target["UploadId"] = s3.create_multipart_upload(**target, ContentType=content_type)["UploadId"]
    try:
        parts: list[Any] = []
        for number, spans in enumerate(pieces, 1):
            etag = _send(s3, target, number, [(sources[span.source][0], span) for span in spans], head)
            parts.append({"PartNumber": number, "ETag": etag})
        return _complete(s3, target, parts)
    except BaseException:  # an interrupt too: the parts of an unfinished upload are not seen, and are billed
        with suppress(ClientError):  # what went wrong first is what has to be told
            s3.abort_multipart_upload(**target)
        raise


@dataclass(frozen=True)
class Span:
    """A range of one of the objects that are put together; ``whole`` if it is all of it."""

    source: int
    start: int
    end: int
    whole: bool


def plan_pieces(sizes: Sequence[int], head: int = 0) -> list[list[Span]]:
    """Decide what becomes a part of the upload: one large range, copied within S3, or several small ones, sent.

    A small object waits and takes from the next one what it lacks of 5 MiB, so that the rest of that one can be copied.
    So there are about as many parts as objects, and none of those that are sent has 15 MiB or more.

    Args:
        sizes: bytes of each object, in order.
        head: bytes that come before the first one, and are sent with the first part.

    Returns:
        The ranges that make up each part; a part of one range of 5 MiB or more is to be copied. At least one part; no
        part but the last has less than 5 MiB.
    """
    pieces: list[list[Span]] = []
    waiting: list[Span] = []
    held = head
    for source, size in enumerate(sizes):
        lacking = min(max(0, PART_BYTES_MIN - held), size) if held else 0
        if held and size - lacking >= PART_BYTES_MIN:
            pieces.append([*waiting, Span(source, 0, lacking, False)] if lacking else waiting)
            waiting, held, start = [], 0, lacking
        else:
            start = 0
        if held or size < PART_BYTES_MIN:
            if size:
                waiting, held = [*waiting, Span(source, 0, size, True)], held + size
            if held >= PART_BYTES_MIN:
                pieces.append(waiting)
                waiting, held = [], 0
            continue
        count = -(-(size - start) // PART_BYTES_MAX)
        edges = [start + (size - start) * number // count for number in range(count + 1)]
        pieces += [[Span(source, begin, end, count == 1 and not start)] for begin, end in pairwise(edges)]
    return [*pieces, waiting] if waiting or held or not pieces else pieces


def _size(s3: S3Client, bucket: str, key: str) -> int:
    with not_found(f"s3://{bucket}/{key}"):
        return s3.head_object(Bucket=bucket, Key=key)["ContentLength"]


def _send(s3: S3Client, target: Any, number: int, spans: Sequence[tuple[str, Span]], head: bytes) -> str:
    if len(spans) == 1 and not (number == 1 and head):
        key, span = spans[0]
        if span.end - span.start >= PART_BYTES_MIN:
            part: Any = {} if span.whole else {"CopySourceRange": f"bytes={span.start}-{span.end - 1}"}
            source: Any = {"Bucket": target["Bucket"], "Key": key}
            copied: Any = s3.upload_part_copy(**target, PartNumber=number, CopySource=source, **part)
            return str(copied["CopyPartResult"]["ETag"])
    body = head if number == 1 else b""
    for key, span in spans:
        with open_object(s3, target["Bucket"], key) as file:
            body += file.read(span.end - span.start)  # a range that is sent always begins its object
    return s3.upload_part(**target, PartNumber=number, Body=body)["ETag"]


def _complete(s3: S3Client, target: Any, parts: list[Any]) -> str:
    """Complete an upload, also where the answer is lost and botocore's second request finds the upload gone."""
    try:
        return s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})["ETag"]
    except s3.exceptions.NoSuchUpload:
        standing = s3.head_object(Bucket=target["Bucket"], Key=target["Key"])["ETag"]
        if standing.strip('"') != _etag(part["ETag"] for part in parts):
            raise
        return standing


def _etag(parts: Iterable[str]) -> str:
    """Return the ETag of an object that was uploaded in parts, from those of its parts; nothing where they are no MD5.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
    """
    try:
        digests = [bytes.fromhex(etag.strip('"')) for etag in parts]
    except ValueError:
        return ""
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"
