"""Move bytes between files and objects: the part of s3 that is measured."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from boto3.s3.transfer import ProgressCallbackInvoker, TransferConfig, create_transfer_manager

from day89.errors import IntegrityError, InvalidInputError
from day89.s3.streams import ObjectReader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["PART_BYTES", "UNFINISHED", "Meter", "Progress", "file_sha256", "receive", "replacement", "send"]

Progress = Callable[[int, int], None]
SINGLE_BYTES_MAX = 64 << 20  # larger files go in parts; one request is cheaper as long as it need not be repeated
PART_BYTES = 16 << 20  # the ETag of an object in parts depends on it
COPY_BYTES = 1 << 20
ATTEMPTS = 5
NAME_BYTES_SHOWN = 100
UNFINISHED = re.compile(r"\..*\.[0-9a-f]{32}\.part", re.DOTALL)  # what a killed download leaves behind


class Meter:
    """The byte count of one transfer, safe between threads, which tells a progress function."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = threading.Lock()

    def __call__(self, count: int) -> None:
        """Count some more bytes."""
        if self._progress is not None:
            with self._lock:
                self._done += count
                self._progress(self._done, self._total)


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def send(
    s3: S3Client,
    path: Path,
    bucket: str,
    key: str,
    extra: dict[str, Any],
    *,
    streams: int,
    progress: Progress | None,
) -> None:
    """Upload a file, in parts where it is large, a few of them at the same time.

    By path, since s3transfer would first read each part of an open file into memory; and through its manager, since
    ``upload_file`` hides AWS's answer behind an S3UploadFailedError.
    """
    _check(streams)
    size = path.stat().st_size
    if size <= SINGLE_BYTES_MAX and progress is None:  # the manager's threads cost more than a small file does
        with path.open("rb") as file:
            s3.put_object(Bucket=bucket, Key=key, Body=file, **extra)
        return
    meter = Meter(size, progress)
    with create_transfer_manager(s3, _config(streams)) as manager:
        manager.upload(str(path), bucket, key, extra, [ProgressCallbackInvoker(meter)]).result()


def _check(streams: int) -> None:
    if streams < 1:
        raise InvalidInputError(f"streams must be at least 1, not {streams}")


def _config(streams: int) -> TransferConfig:
    return TransferConfig(
        multipart_threshold=SINGLE_BYTES_MAX,
        multipart_chunksize=PART_BYTES,
        max_concurrency=streams,
        io_chunksize=COPY_BYTES,
        # The CRT client ignores endpoint_url and goes to real AWS: https://github.com/boto/boto3/issues/4839
        preferred_transfer_client="classic",
    )


def receive(
    s3: S3Client,
    bucket: str,
    key: str,
    target: Path,
    *,
    version_id: str | None = None,
    verify: bool = False,
    streams: int = 1,
    progress: Progress | None = None,
) -> None:
    """Download an object into a temporary file beside the target and then put it in its place."""
    _check(streams)
    # Opened first: where there is no object, no folder and no temporary file is made either.
    with ObjectReader(s3, bucket, key, version_id, ATTEMPTS) as reader:
        digest = reader.metadata.get("sha256")
        if verify and digest is None:
            raise IntegrityError(f"{reader.name} keeps no sha256 to verify: upload it with checksum=True")
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacement(target) as (part, keep):
            with part.open("xb") as file:
                meter = Meter(reader.size, progress)
                if streams == 1:
                    _copy(reader, file, meter)
                else:
                    _copy_parts(s3, bucket, key, version_id, file, streams, meter)
            if verify and file_sha256(part) != digest:
                raise IntegrityError(f"{reader.name} does not match its sha256 {digest}: it was not downloaded")
            keep()


@contextmanager
def replacement(target: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Yield a path beside a file, and what puts it in the place of that file; without that, what was there stays."""
    # A name has at most 255 bytes, not characters.
    shown = os.fsencode(target.name)[:NAME_BYTES_SHOWN].decode(errors="ignore")
    part = target.with_name(f".{shown}.{uuid.uuid4().hex}.part")

    def keep() -> None:
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(target.stat().st_mode))  # what was allowed with the old file stays so
        part.replace(target)

    try:
        yield part, keep
    finally:
        part.unlink(missing_ok=True)


def _copy(reader: ObjectReader, file: IO[bytes], meter: Meter) -> None:
    # One stream: least processor time and memory of all ways that were measured (benchmarks/transfer.py).
    while piece := reader.read(COPY_BYTES):
        file.write(piece)
        meter(len(piece))


def _copy_parts(
    s3: S3Client,
    bucket: str,
    key: str,
    version_id: str | None,
    file: IO[bytes],
    streams: int,
    meter: Meter,
) -> None:
    extra = {"VersionId": version_id} if version_id else {}
    s3.download_fileobj(bucket, key, file, ExtraArgs=extra, Callback=meter, Config=_config(streams))
