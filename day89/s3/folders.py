"""Keep a folder and a prefix alike, in either direction, and bring back what was there at some time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from day89.errors import InvalidInputError
from day89.s3.buckets import list_versions
from day89.s3.listing import ObjectInfo, delete_keys, list_objects
from day89.s3.object_store import open_store
from day89.s3.objects import describe_object, download_file, upload_file
from day89.s3.transfer import PART_BYTES, UNFINISHED

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
    client: str = "boto3",
) -> Sync:
    """Upload what is new or changed in a folder.

    A file is unchanged where its content gives the object's ETag, so neither clocks nor equal sizes mislead. Where the
    ETag is no digest of the content (SSE-KMS, other part sizes), the file is sent again. Symbolic links are not
    followed to folders; empty folders have no place in S3, and what a killed download left behind is not sent.

    Nothing is deleted before the whole folder has been read and all that changed has been sent.

    Args:
        s3: S3 client.
        folder: local folder.
        bucket: bucket name.
        prefix: prefix to sync to; a slash is put between it and the file's path.
        delete: also delete objects under the prefix whose file is gone; where a link leads to a folder, or to nothing,
            nobody can tell, and they stay.
        storage_class: class of the new objects.
        progress: called with (files done, files to do).
        client: ``"boto3"``, or ``"obstore"`` for many small files; it has the endpoint and credentials of ``s3``.

    Raises:
        NotADirectoryError: there is no such folder, so nothing is deleted because of a wrong path.
        OSError: a folder or file in it cannot be read; nothing was deleted.
        InvalidInputError: a file whose name is not UTF-8; nothing was sent.
        NotFoundError: no such bucket.
    """
    root, prefix = Path(folder), _as_folder(prefix)
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is not a folder")
    files, unseen = _walk(root)
    here = {prefix + _key_part(path, root): path for path in files}
    hidden = tuple(prefix + _key_part(path, root) for path in unseen)
    there = {item.key: item for item in list_objects(s3, bucket, prefix)}
    changed = [key for key, path in here.items() if not _same(path, there.get(key))]

    store = open_store(s3, bucket, client)

    def send(key: str) -> None:
        if store is None or not store.send(here[key], key, storage_class):
            upload_file(s3, here[key], bucket, key, storage_class=storage_class)

    _each(send, changed, progress)
    gone = sorted(key for key in there.keys() - here.keys() if delete and not key.endswith("/"))
    gone = [key for key in gone if not any(key == link or key.startswith(f"{link}/") for link in hidden)]
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
    client: str = "boto3",
) -> Sync:
    """Download what is new or changed under a prefix.

    Args:
        s3: S3 client.
        bucket: bucket name.
        prefix: prefix to sync from; a slash is put after it.
        folder: local folder; it is made where it is missing.
        delete: also delete local files whose object is gone.
        progress: called with (files done, files to do).
        client: as for ``sync_up``.

    Raises:
        InvalidInputError: a key would be written outside the folder, also through a link, or what is a file on one side
            is a folder on the other; nothing was written.
        OSError: a folder or file in it cannot be read; nothing was deleted.
        NotFoundError: no such bucket.
    """
    root, prefix = Path(folder), _as_folder(prefix)
    there = {item.key: item for item in list_objects(s3, bucket, prefix) if not item.key.endswith("/")}
    paths = _paths(root, prefix, there)
    files = _walk(root)[0] if delete and root.is_dir() else []
    changed = [key for key, path in paths.items() if not (path.is_file() and _same(path, there[key]))]

    store = open_store(s3, bucket, client)

    def fetch(key: str) -> None:
        # An ETag that is no digest of the content matches nothing, and boto3 has checks of its own.
        if store is None or not store.receive(key, paths[key], lambda part: _same(part, there[key])):
            download_file(s3, bucket, key, paths[key])

    _each(fetch, changed, progress)
    wanted = set(paths.values())
    gone = [path for path in files if path not in wanted]
    for path in gone:
        path.unlink()
    keys = tuple(prefix + os.fsencode(path.relative_to(root)).decode(errors="replace") for path in gone)
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
    for item in list_versions(s3, bucket, prefix):  # the newest first, also within one second
        if item["LastModified"] <= at:
            newest.setdefault(item["Key"], item)
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

    Nothing is lost: what is current now stays as an old version. A copy keeps the storage class of what it copies.

    Args:
        s3: S3 client.
        bucket: a bucket with versioning.
        prefix: prefix to roll back; a slash is put after it, so that ``data`` does not mean ``database/`` too.
        at: time with a time zone; S3 keeps whole seconds.

    Raises:
        InvalidInputError: the time has no time zone, or the prefix is empty, which means the whole bucket.
        NotFoundError: no such bucket.
    """
    if not prefix:
        raise InvalidInputError("refused to roll back with an empty prefix: it would change the whole bucket")
    prefix = _as_folder(prefix)
    wanted = versions_at(s3, bucket, prefix, at)
    latest = [item for item in list_versions(s3, bucket, prefix) if item["IsLatest"] and "Size" in item]
    current = {item["Key"]: item["VersionId"] for item in latest}
    changed = [key for key, version in wanted.items() if current.get(key) != version]

    def copy(key: str) -> None:
        old = describe_object(s3, bucket, key, version_id=wanted[key])
        extra: dict[str, Any] = {"StorageClass": old.storage_class}
        s3.copy({"Bucket": bucket, "Key": key, "VersionId": wanted[key]}, bucket, key, ExtraArgs=extra)

    _each(copy, changed, None)
    gone = sorted(current.keys() - wanted.keys())
    delete_keys(s3, bucket, ({"Key": key} for key in gone))
    return Sync(tuple(changed), tuple(gone), tuple(sorted(wanted.keys() - set(changed))))


def _as_folder(prefix: str) -> str:
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def _walk(root: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of a folder, and the links in it that lead to a folder or to nothing, which are not followed.

    Raises:
        OSError: one of the folders cannot be read; ``Path.rglob`` would pass over it as if it were empty.
    """
    files: list[Path] = []
    unseen: list[Path] = []
    for place, folders, names in os.walk(root, onerror=_raise):
        unseen += [path for name in folders if (path := Path(place, name)).is_symlink()]
        for name in names:
            path = Path(place, name)
            if path.is_file():
                files += [] if UNFINISHED.fullmatch(name) else [path]
            elif path.is_symlink():
                unseen.append(path)
    return sorted(files), unseen


def _raise(error: OSError) -> None:
    raise error


def _key_part(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix()
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"the name of {os.fsencode(path)!r} is not UTF-8, and keys of S3 are") from error
    return name


def _paths(root: Path, prefix: str, keys: Iterable[str]) -> dict[str, Path]:
    paths = {key: root / _relative(key, prefix) for key in keys}
    parents = {parent for path in paths.values() for parent in path.parents}
    for key, path in paths.items():
        if path in parents:
            raise InvalidInputError(f"{key} is an object and also the folder of other objects: {path} cannot be both")
        if path.is_dir():
            raise InvalidInputError(f"{key} is an object, and {path} is a folder: move the folder away")
    for parent in sorted(parents):
        if parent.is_relative_to(root) and parent != root:
            if parent.is_symlink():
                raise InvalidInputError(f"{parent} is a link: what is written below it would be outside {root}")
            if parent.exists() and not parent.is_dir():
                raise InvalidInputError(f"{parent} is a file, and the folder of objects: move the file away")
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
