"""List what is in a bucket, and delete it, however much it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from day89.errors import InvalidInputError, JobFailedError, not_found

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["ObjectInfo", "delete_keys", "delete_object", "delete_prefix", "list_keys", "list_objects"]

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # https://www.w3.org/TR/xml/#charsets
KEYS_PER_DELETE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html


@dataclass(frozen=True)
class ObjectInfo:
    """One object of a bucket, as a listing or a HEAD request shows it."""

    key: str
    size: int
    etag: str
    modified: datetime
    storage_class: str = "STANDARD"
    version_id: str | None = None
    content_type: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


def list_objects(s3: S3Client, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
    """Yield every current object under a prefix, page by page.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    """
    with not_found(f"bucket {bucket}"):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):  # an empty page has no Contents at all
                yield ObjectInfo(
                    key=item["Key"],
                    size=item["Size"],
                    etag=item["ETag"].strip('"'),
                    modified=item["LastModified"],
                    storage_class=item.get("StorageClass", "STANDARD"),
                )


def list_keys(s3: S3Client, bucket: str, prefix: str = "") -> list[str]:
    """Return every key under a prefix, in S3's order, across all pages.

    Raises:
        NotFoundError: no such bucket.
    """
    return [item.key for item in list_objects(s3, bucket, prefix)]


def delete_object(s3: S3Client, bucket: str, key: str) -> None:
    """Delete one object; S3 answers the same where there was none.

    Raises:
        NotFoundError: no such bucket.
    """
    with not_found(f"bucket {bucket}"):
        s3.delete_object(Bucket=bucket, Key=key)


def delete_prefix(s3: S3Client, bucket: str, prefix: str) -> int:
    """Delete every current object whose key starts with a prefix.

    Returns:
        How many there were.

    Raises:
        InvalidInputError: the prefix is empty, which would empty the bucket.
        NotFoundError: no such bucket.
        JobFailedError: S3 kept some of the keys; the message names them.
    """
    if not prefix:
        raise InvalidInputError("refused to delete with an empty prefix: it would empty the bucket")
    return delete_keys(s3, bucket, ({"Key": key} for key in list_keys(s3, bucket, prefix)))


def delete_keys(s3: S3Client, bucket: str, targets: Iterable[dict[str, str]]) -> int:
    """Delete keys, or versions of keys, in requests of at most 1,000.

    Args:
        s3: S3 client.
        bucket: bucket name.
        targets: ``{"Key": ...}`` or ``{"Key": ..., "VersionId": ...}`` each.

    Returns:
        How many were deleted; no request is sent for none.

    Raises:
        NotFoundError: no such bucket.
        JobFailedError: S3 kept some of the keys: an answer of 200 is about the request, not about each key.
    """
    wanted = list(targets)
    kept: list[str] = []
    # The request is XML, which has no way to write most control characters; a URL has.
    spoken = [target for target in wanted if not NOT_IN_XML.search(target["Key"])]
    for target in wanted:
        if NOT_IN_XML.search(target["Key"]):
            one: Any = target
            with not_found(f"bucket {bucket}"):
                s3.delete_object(Bucket=bucket, **one)
    for start in range(0, len(spoken), KEYS_PER_DELETE):
        batch: Any = spoken[start : start + KEYS_PER_DELETE]
        with not_found(f"bucket {bucket}"):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        kept += [f"{error.get('Key')} ({error.get('Code')})" for error in answer.get("Errors", [])]
    if kept:
        raise JobFailedError(
            f"{len(kept)} of {len(wanted)} keys of bucket {bucket} were not deleted: {', '.join(kept)}"
        )
    return len(wanted)
