"""Move bytes for ``aws s3 cp|mv|sync``: between files, objects and the standard streams.

https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html
"""

from __future__ import annotations

import fnmatch
import mimetypes
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from day89.cloud.guest.aws.options import CommandLine, Usage

__all__ = ["Failed", "Place", "chosen", "keys", "report", "rules_of", "sync", "to_place", "transfer"]

EXTRA = {
    "--storage-class": "StorageClass",
    "--content-type": "ContentType",
    "--content-encoding": "ContentEncoding",
    "--cache-control": "CacheControl",
    "--acl": "ACL",
    "--sse-kms-key-id": "SSEKMSKeyId",
}


class Failed(Exception):
    """A command did not do what it was asked; carries the exit status that the CLI has for it."""

    def __init__(self, message: str, status: int = 1) -> None:
        """Hold message and status."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Place:
    """One end of a transfer: a bucket and key, a local path, or a standard stream."""

    bucket: str | None
    key: str  # the local path where there is no bucket

    def __str__(self) -> str:
        """Write it as the CLI does."""
        if self.bucket is not None:
            return f"s3://{self.bucket}/{self.key}"
        return self.key if self.key.startswith(("/", "../", "-")) else f"./{self.key.removeprefix('./')}"

    @property
    def stream(self) -> bool:
        """Return whether this is standard input or output."""
        return self.bucket is None and self.key == "-"


def to_place(text: str) -> Place:
    """Read ``s3://BUCKET/KEY``, a local path, or ``-``."""
    if not text.startswith("s3://"):
        return Place(None, text)
    bucket, _, key = text.removeprefix("s3://").partition("/")
    return Place(bucket, key)


def _extra(options: CommandLine) -> dict[str, Any]:
    found: dict[str, Any] = {name: value for option, name in EXTRA.items() if (value := options.take_value(option))}
    if "--sse" in options.words:
        place = options.words.index("--sse")
        named = options.words[place + 1 : place + 2]
        kind = named[0] if named and named[0] in {"AES256", "aws:kms"} else "AES256"
        del options.words[place : place + (2 if named == [kind] else 1)]
        found["ServerSideEncryption"] = kind
    metadata = options.take_value("--metadata")
    if metadata:
        found["Metadata"] = dict(pair.split("=", 1) for pair in metadata.split(","))
    options.take_value("--expected-size")
    return found


def chosen(name: str, rules: list[tuple[str, str]]) -> bool:
    """Return whether a name passes the exclude and include rules."""
    kept = True
    for kind, pattern in rules:
        if fnmatch.fnmatchcase(name, pattern):
            kept = kind == "--include"
    return kept


def rules_of(options: CommandLine) -> list[tuple[str, str]]:
    """Take ``--exclude`` and ``--include`` off the words in their order: the last that fits decides."""
    rules = []
    while places := [place for place, word in enumerate(options.words) if word in {"--exclude", "--include"}]:
        rules.append((options.words[places[0]], options.words[places[0] + 1]))
        del options.words[places[0] : places[0] + 2]
    return rules


def keys(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield every object under a prefix."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])


def _files(folder: str) -> Iterator[str]:
    for above, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield str(Path(above, name).relative_to(folder))


def transfer(s3: Any, options: CommandLine) -> int:
    """Run ``aws s3 cp`` or ``aws s3 mv``."""
    move, recursive = options.command == "mv", options.take_flag("--recursive")
    rules, extra, dry = rules_of(options), _extra(options), options.take_flag("--dryrun")
    source, target = map(to_place, options.positional(2, 2))
    if source.bucket is None and target.bucket is None:
        raise Usage("Invalid argument type: at least one of the paths must be an s3:// path")
    pairs = _pairs(s3, source, target, rules) if recursive else [_single(source, target)]
    for one, other in pairs:
        if not dry:
            _move(s3, one, other, extra)
        verb = "move" if move else _verb(one, other)
        report(options, f"{'(dryrun) ' if dry else ''}{verb}: {one} to {other}", quiet=other.stream)
        if move and not dry:
            _delete(s3, one)
    return 0


def _single(source: Place, target: Place) -> tuple[Place, Place]:
    if source.bucket is None and not source.stream:
        if not Path(source.key).exists():
            raise Failed(f"The user-provided path {source.key} does not exist.", 255)
        if Path(source.key).is_dir():
            raise Failed(f"upload failed: {source} to {target} Is a directory (use --recursive)")
    name = source.key.rstrip("/").rpartition("/")[2]
    if target.bucket is not None and (not target.key or target.key.endswith("/")):
        target = Place(target.bucket, target.key + name)
    elif target.bucket is None and not target.stream and (target.key.endswith("/") or Path(target.key).is_dir()):
        target = Place(None, str(Path(target.key) / name))
    return source, target


def _pairs(s3: Any, source: Place, target: Place, rules: list[tuple[str, str]]) -> Iterator[tuple[Place, Place]]:
    """Yield each file or object below the source with its place below the target."""
    if source.bucket is None:
        if not Path(source.key).is_dir():
            raise Failed(f"The user-provided path {source.key} does not exist.", 255)
        names: Iterator[str] = _files(source.key)
        prefix = source.key.rstrip("/") + "/"
    else:
        prefix = source.key if not source.key or source.key.endswith("/") else source.key + "/"
        found = [item["Key"] for item in keys(s3, source.bucket, prefix)]
        names = iter([key[len(prefix) :] for key in found if not key.endswith("/")])
    below = target.key if not target.key or target.key.endswith("/") else target.key + "/"
    for name in names:
        if chosen(name, rules):
            yield Place(source.bucket, prefix + name), Place(target.bucket, below + name)


def _verb(source: Place, target: Place) -> str:
    return "upload" if source.bucket is None else "download" if target.bucket is None else "copy"


def _move(s3: Any, source: Place, target: Place, extra: dict[str, Any]) -> None:
    try:
        _copy(s3, source, target, extra)
    except S3UploadFailedError as error:
        raise Failed(f"upload failed: {source} to {target} {error.__context__ or error}") from None
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            text = str(error).rpartition(":")[0]
            raise Failed(f'fatal error: {text}: Key "{source.key}" does not exist') from None
        if error.operation_name == "HeadObject":
            raise Failed(f"fatal error: {error}") from None
        raise Failed(f"{_verb(source, target)} failed: {source} to {target} {error}") from None


def _copy(s3: Any, source: Place, target: Place, extra: dict[str, Any]) -> None:
    if source.bucket is not None and target.bucket is not None:
        s3.copy({"Bucket": source.bucket, "Key": source.key}, target.bucket, target.key, ExtraArgs=extra or None)
    elif source.stream:
        s3.upload_fileobj(sys.stdin.buffer, target.bucket, target.key, ExtraArgs=extra or None)
    elif target.stream:
        s3.download_fileobj(source.bucket, source.key, sys.stdout.buffer)
        sys.stdout.flush()
    elif source.bucket is None:
        kind = mimetypes.guess_type(source.key)[0]
        s3.upload_file(source.key, target.bucket, target.key, ExtraArgs=({"ContentType": kind} if kind else {}) | extra)
    else:
        Path(target.key).parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(source.bucket, source.key, target.key)


def _delete(s3: Any, place: Place) -> None:
    if place.bucket is None:
        Path(place.key).unlink()
    else:
        s3.delete_object(Bucket=place.bucket, Key=place.key)


def report(options: CommandLine, text: str, *, quiet: bool = False) -> None:
    """Print what was done, unless told to be quiet."""
    if not quiet and not options.flags & {"--quiet", "--only-show-errors"}:
        print(text, flush=True)


def _facts(s3: Any, place: Place) -> dict[str, tuple[int, float]]:
    """Return size and time of each file or object below a place."""
    if place.bucket is None:
        names = _files(place.key) if Path(place.key).is_dir() else iter(())
        stats = {name: Path(place.key, name).stat() for name in names}
        return {name: (stat.st_size, stat.st_mtime) for name, stat in stats.items()}
    prefix = place.key if not place.key or place.key.endswith("/") else place.key + "/"
    found = {item["Key"][len(prefix) :]: item for item in keys(s3, place.bucket, prefix)}
    return {name: (item["Size"], item["LastModified"].timestamp()) for name, item in found.items() if name}


def sync(s3: Any, options: CommandLine) -> int:
    """Run ``aws s3 sync``."""
    delete, by_size = options.take_flag("--delete"), options.take_flag("--size-only")
    dry, rules, extra = options.take_flag("--dryrun"), rules_of(options), _extra(options)
    source, target = map(to_place, options.positional(2, 2))
    there, here = _facts(s3, target), _facts(s3, source)
    for one, other in list(_pairs(s3, source, target, rules)):
        name = _below(one, source)
        size, when = here[name]
        old_size, old_when = there.get(name, (-1, 0.0))
        if size != old_size or (not by_size and int(when) > int(old_when)):
            if not dry:
                _move(s3, one, other, extra)
            report(options, f"{'(dryrun) ' if dry else ''}{_verb(one, other)}: {one} to {other}")
    for name in sorted(set(there) - set(here)) if delete else ():
        if chosen(name, rules):
            place = Place(target.bucket, f"{target.key.rstrip('/')}/{name}".lstrip("/" if target.bucket else ""))
            if not dry:
                _delete(s3, place)
            report(options, f"{'(dryrun) ' if dry else ''}delete: {place}")
    return 0


def _below(place: Place, above: Place) -> str:
    prefix = above.key if not above.key or above.key.endswith("/") else above.key + "/"
    return place.key[len(prefix) :]
