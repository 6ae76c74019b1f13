"""Find what lies unused in a bucket, say what it costs, and remove it on request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from day89.costs import storage_month_usd
from day89.errors import InvalidInputError, not_found
from day89.s3.buckets import list_versions
from day89.s3.listing import delete_keys, list_objects

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Total", "Unused", "Upload", "abort_uploads", "delete_old_versions", "find_unused", "list_uploads"]


@dataclass(frozen=True)
class Total:
    """The number and bytes of things of one kind."""

    count: int
    size: int
    month_usd: float


@dataclass(frozen=True)
class Unused:
    """What lies unused in a bucket, by reason."""

    bucket: str
    old_versions: Total
    delete_markers: int
    unfinished_uploads: Total
    untouched: Total
    untouched_keys: tuple[str, ...]

    @property
    def month_usd(self) -> float:
        """Return what all of it costs a month."""
        return self.old_versions.month_usd + self.unfinished_uploads.month_usd + self.untouched.month_usd


@dataclass(frozen=True)
class Upload:
    """A multipart upload that was begun and not finished: no listing of objects shows it, and it bills."""

    key: str
    upload_id: str
    started: datetime
    size: int
    storage_class: str


def find_unused(s3: S3Client, bucket: str, *, days: int = 90, now: datetime | None = None) -> Unused:
    """Sum up old versions, unfinished uploads, and objects that nobody has written for some days.

    S3 keeps when an object was written, not when it was last read: an object that is read daily counts as untouched
    here. Where reading matters, let the INTELLIGENT_TIERING class watch it, or look into the access logs.

    Args:
        s3: S3 client.
        bucket: bucket name.
        days: age in days from which an object counts as untouched.
        now: the time to count back from; None is the present.

    Raises:
        InvalidInputError: days that are not positive.
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    """
    if days < 1:
        raise InvalidInputError(f"days must be positive, not {days}")
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    versions = list_versions(s3, bucket)
    old = [item for item in versions if "Size" in item and not item["IsLatest"]]
    stale = [item for item in list_objects(s3, bucket) if item.modified <= before]
    return Unused(
        bucket=bucket,
        old_versions=_pile((item["Size"], item.get("StorageClass", "STANDARD")) for item in old),
        delete_markers=sum("Size" not in item for item in versions),
        unfinished_uploads=_pile((upload.size, upload.storage_class) for upload in list_uploads(s3, bucket)),
        untouched=_pile((item.size, item.storage_class) for item in stale),
        untouched_keys=tuple(item.key for item in stale),
    )


def list_uploads(s3: S3Client, bucket: str, prefix: str = "") -> list[Upload]:
    """Return every unfinished upload with the bytes that its parts hold.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    """
    found = []
    with not_found(f"bucket {bucket}"):
        for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Uploads", []):
                key, upload_id = item["Key"], item["UploadId"]
                with suppress(s3.exceptions.NoSuchUpload):  # it was finished while we looked
                    size = sum(part["Size"] for part in _parts(s3, bucket, key, upload_id))
                    kind = item.get("StorageClass", "STANDARD")
                    found.append(Upload(key, upload_id, item["Initiated"], size, kind))
    return found


def abort_uploads(s3: S3Client, bucket: str, *, older_than_days: float, now: datetime | None = None) -> int:
    """Abort unfinished uploads that began long ago, so that their parts bill no more; return how many.

    Args:
        s3: S3 client.
        bucket: bucket name.
        older_than_days: younger ones may still be going on.
        now: the time to count back from; None is the present.

    Raises:
        InvalidInputError: days that are negative: also what has just begun would be aborted.
        NotFoundError: no such bucket.
    """
    if not older_than_days >= 0:
        raise InvalidInputError(f"older_than_days must not be negative, but is {older_than_days}")
    before = (now or datetime.now(UTC)) - timedelta(days=older_than_days)
    count = 0
    for upload in list_uploads(s3, bucket):
        if upload.started <= before:
            with suppress(s3.exceptions.NoSuchUpload):  # it was finished while we looked
                s3.abort_multipart_upload(Bucket=bucket, Key=upload.key, UploadId=upload.upload_id)
                count += 1
    return count


def delete_old_versions(s3: S3Client, bucket: str, prefix: str) -> int:
    """Delete the versions under a prefix that are no longer current, for good; current objects stay.

    Returns:
        How many versions were deleted.

    Raises:
        InvalidInputError: the prefix is empty.
        NotFoundError: no such bucket.
        JobFailedError: S3 kept some of them.
    """
    if not prefix:
        raise InvalidInputError("refused to delete old versions with an empty prefix: name the prefix that is meant")
    old = [item for item in list_versions(s3, bucket, prefix) if "Size" in item and not item["IsLatest"]]
    return delete_keys(s3, bucket, ({"Key": item["Key"], "VersionId": item["VersionId"]} for item in old))


def _parts(s3: S3Client, bucket: str, key: str, upload_id: str) -> Iterator[Any]:
    for page in s3.get_paginator("list_parts").paginate(Bucket=bucket, Key=key, UploadId=upload_id):
        yield from page.get("Parts", [])


def _pile(items: Iterator[tuple[int, str]]) -> Total:
    piled = list(items)
    return Total(
        count=len(piled),
        size=sum(size for size, _ in piled),
        month_usd=sum(storage_month_usd(size, storage_class) for size, storage_class in piled),
    )
