"""Keep a folder and a prefix alike, in either direction, and bring back what was there at some time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from day89.errors import InvalidInputError
from day89.s3.buckets import list_versions
from day89.s3.listing import ObjectInfo, delete_keys, list_objects
from day89.s3.objects import download_file, upload_file
from day89.s3.transfer import PART_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Sync", "restore_folder", "rollback_prefix", "sync_down", "sync_up", "versions_at"]

WORKERS = 8
FileProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sync:
    """The keys that a sync moved, removed and found alike."""

    copied: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: tuple[str, ...]


def sync_up(
    s3: S3Client,
    folder: str | os.PathLike[str],
    bucket: str,
    prefix: str,
    *,
    delete: bool = False,
    storage_class: str = "STANDARD",
    progress: FileProgress | None = None,
) -> Sync:
    """Upload what is new or changed in a folder.

    A file is unchanged where its content gives the object's ETag, so neither clocks nor equal sizes mislead. Where the
    ETag is no digest of the content (SSE-KMS, other part sizes), the file is sent again. Symbolic links are not
    followed to folders; empty folders have no place in S3.

    Args:
        s3: S3 client.
        folder: local folder.
        bucket: bucket name.
        prefix: prefix to sync to; a slash is put between it and the file's path.
        delete: also delete objects under the prefix whose file is gone.
        storage_class: class of the new objects.
        progress: called with (files done, files to do).

    Raises:
        NotADirectoryError: there is no such folder, so nothing is deleted because of a wrong path.
        NotFoundError: no such bucket.
    """
    root, prefix = Path(folder), _as_folder(prefix)
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is not a folder")
    there = {item.key: item for item in list_objects(s3, bucket, prefix)}
    here = {prefix + path.relative_to(root).as_posix(): path for path in _files(root)}
    changed = [key for key, path in here.items() if not _same(path, there.get(key))]

    def send(key: str) -> None:
        upload_file(s3, here[key], bucket, key, storage_class=storage_class)

    _each(send, changed, progress)
    gone = sorted(key for key in there.keys() - here.keys() if delete and not key.endswith("/"))
    delete_keys(s3, bucket, ({"Key": key} for key in gone))
    return Sync(tuple(sorted(changed)), tuple(gone), tuple(sorted(here.keys() - set(changed))))


def sync_down(
    s3: S3Client,
    bucket: str,
    prefix: str,
    folder: str | os.PathLike[str],
    *,
    delete: bool = False,
    progress: FileProgress | None = None,
) -> Sync:
    """Download what is new or changed under a prefix.

    Args:
        s3: S3 client.
        bucket: bucket name.
        prefix: prefix to sync from; a slash is put after it.
        folder: local folder; it is made where it is missing.
        delete: also delete local files whose object is gone.
        progress: called with (files done, files to do).

    Raises:
        InvalidInputError: a key would be written outside the folder, or one key is both a file and a folder.
        NotFoundError: no such bucket.
    """
    root, prefix = Path(folder), _as_folder(prefix)
    there = {item.key: item for item in list_objects(s3, bucket, prefix) if not item.key.endswith("/")}
    paths = _paths(root, prefix, there)
    changed = [key for key, path in paths.items() if not (path.is_file() and _same(path, there[key]))]

    def fetch(key: str) -> None:
        download_file(s3, bucket, key, paths[key])

    _each(fetch, changed, progress)
    wanted = set(paths.values())
    gone = [path for path in _files(root) if path not in wanted] if delete else []
    for path in gone:
        path.unlink()
    keys = tuple(prefix + path.relative_to(root).as_posix() for path in gone)
    return Sync(tuple(sorted(changed)), keys, tuple(sorted(paths.keys() - set(changed))))


def versions_at(s3: S3Client, bucket: str, prefix: str, at: datetime) -> dict[str, str]:
    """Return key to version id as they were at a time; keys that were deleted or not yet there are left out.

    Args:
        s3: S3 client.
        bucket: a bucket with versioning.
        prefix: keys to look at.
        at: time with a time zone; S3 keeps whole seconds.

    Raises:
        InvalidInputError: the time has no time zone.
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/RestoringPreviousVersions.html
    """
    if at.tzinfo is None:
        raise InvalidInputError("the time needs a time zone: datetime.now(timezone.utc)")
    newest: dict[str, dict[str, Any]] = {}
    for item in list_versions(s3, bucket, prefix):
        best = newest.get(item["Key"])
        if item["LastModified"] <= at and (best is None or _later(item, best)):
            newest[item["Key"]] = item
    return {key: item["VersionId"] for key, item in sorted(newest.items()) if "Size" in item}


def restore_folder(
    s3: S3Client,
    bucket: str,
    prefix: str,
    folder: str | os.PathLike[str],
    at: datetime,
    *,
    progress: FileProgress | None = None,
) -> tuple[str, ...]:
    """Download the objects under a prefix as they were at a time; the bucket is not changed.

    Returns:
        The keys that were restored.

    Raises:
        InvalidInputError: the time has no time zone, or a key would be written outside the folder.
        NotFoundError: no such bucket.
    """
    prefix = _as_folder(prefix)
    versions = {key: vid for key, vid in versions_at(s3, bucket, prefix, at).items() if not key.endswith("/")}
    paths = _paths(Path(folder), prefix, versions)

    def fetch(key: str) -> None:
        download_file(s3, bucket, key, paths[key], version_id=versions[key])

    _each(fetch, list(paths), progress)
    return tuple(paths)


def rollback_prefix(s3: S3Client, bucket: str, prefix: str, at: datetime) -> Sync:
    """Make the current objects under a prefix those of a time, by copying old versions on top.

    Nothing is lost: what is current now stays as an old version.

    Raises:
        InvalidInputError: the time has no time zone, or the prefix is empty, which means the whole bucket.
        NotFoundError: no such bucket.
    """
    if not prefix:
        raise InvalidInputError("refused to roll back with an empty prefix: it would change the whole bucket")
    wanted = versions_at(s3, bucket, prefix, at)
    latest = [item for item in list_versions(s3, bucket, prefix) if item["IsLatest"] and "Size" in item]
    current = {item["Key"]: item["VersionId"] for item in latest}
    changed = [key for key, version in wanted.items() if current.get(key) != version]

    def copy(key: str) -> None:
        s3.copy({"Bucket": bucket, "Key": key, "VersionId": wanted[key]}, bucket, key)

    _each(copy, changed, None)
    gone = sorted(current.keys() - wanted.keys())
    delete_keys(s3, bucket, ({"Key": key} for key in gone))
    return Sync(tuple(changed), tuple(gone), tuple(sorted(wanted.keys() - set(changed))))


def _later(item: dict[str, Any], best: dict[str, Any]) -> bool:
    # Within one second S3's order decides, and the version that is latest now is the latest of its second.
    return bool(item["LastModified"] > best["LastModified"] or (item["IsLatest"] and not best["IsLatest"]))


def _as_folder(prefix: str) -> str:
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())


def _paths(root: Path, prefix: str, keys: Iterable[str]) -> dict[str, Path]:
    paths = {key: root / _relative(key, prefix) for key in keys}
    parents = {parent for path in paths.values() for parent in path.parents}
    for key, path in paths.items():
        if path in parents:
            raise InvalidInputError(f"{key} is an object and also the folder of other objects: {path} cannot be both")
    return paths


def _relative(key: str, prefix: str) -> PurePosixPath:
    # A key is any text, also one that climbs out of the folder.
    rest = key.removeprefix(prefix)
    parts = rest.split("/")
    if (
        not rest
        or any(part in ("", ".", "..") for part in parts)
        or "\x00" in rest
        or (os.sep == "\\" and "\\" in rest)
    ):
        raise InvalidInputError(f"refused key {key!r}: it has no place inside the folder")
    return PurePosixPath(rest)


def _same(path: Path, item: ObjectInfo | None) -> bool:
    return item is not None and path.stat().st_size == item.size and _etag(path, "-" in item.etag) == item.etag


def _etag(path: Path, in_parts: bool) -> str:
    # One part: the MD5 of the content. More: the MD5 of the parts' MD5s, and how many. It finds changes, not forgers.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
    with path.open("rb") as file:
        if not in_parts:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        digests = [
            hashlib.md5(part, usedforsecurity=False).digest() for part in iter(lambda: file.read(PART_BYTES), b"")
        ]
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"


def _each(work: Callable[[str], None], keys: list[str], progress: FileProgress | None) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:  # boto3 clients may be shared between threads
        try:
            for done, _ in enumerate(pool.map(work, keys), start=1):
                if progress is not None:
                    progress(done, len(keys))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
