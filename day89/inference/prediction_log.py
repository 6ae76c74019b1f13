"""Log predictions to S3 without holding up a request and without losing one.

A record is appended to a file on this disk *before* the client gets its answer: a killed process loses nothing that it
has answered. A thread brings whole files to S3; what it could not bring, because the process died or S3 was away, the
next process brings when it starts. What is not covered is a machine that loses power or is terminated before the next
shipment: the page cache and the disk go with it.

    SPOOL/4711-9f3c/lock            held (flock) for as long as process 4711 lives
    SPOOL/4711-9f3c/000001.jsonl    one record a line
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from day89.errors import InvalidInputError
from day89.inference.metrics import Metrics, label

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["PredictionLog"]

logger = logging.getLogger(__name__)
RECORDS = "day89_log_records_total"
KEPT, DROPPED = label("outcome", "kept"), label("outcome", "dropped")


class PredictionLog:
    """Keep records on disk at once and bring them to S3 in batches."""

    def __init__(
        self,
        s3: S3Client,
        bucket: str,
        folder: str | os.PathLike[str],
        *,
        prefix: str = "predictions",
        seconds: float = 10.0,
        batch_bytes: int = 1 << 20,
        max_bytes: int = 64 << 20,
        metrics: Metrics | None = None,
    ) -> None:
        """Open a spool of this process; nothing is sent before ``start`` or ``ship``.

        Args:
            s3: S3 client.
            bucket: where the log goes, as ``PREFIX/YYYY/MM/DD/HOST-PROCESS-NUMBER.jsonl``.
            folder: folder for the spool, on a disk that outlives the process.
            prefix: first part of the keys.
            seconds: how long a record waits at most before it is sent.
            batch_bytes: how much is sent at once.
            max_bytes: how much may wait on the disk; beyond it records are dropped and counted, never waited for.
            metrics: where to count.
        """
        self._s3, self._bucket, self._prefix = s3, bucket, prefix
        self._seconds, self._batch_bytes, self._max_bytes = seconds, batch_bytes, max_bytes
        self._metrics = metrics or Metrics()
        self._root = Path(folder)
        self._own, self._lock_file = _new_spool(self._root)
        self._write_lock, self._ship_lock, self._wake = threading.Lock(), threading.Lock(), threading.Event()
        self._file, self._size, self._number = -1, 0, 0
        self._waiting = self._left_over_bytes()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def waiting_bytes(self) -> int:
        """Return how much is on this disk and not in S3, as far as this process knows."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Say whether records are being dropped because too many wait."""
        return self._waiting >= self._max_bytes

    def start(self) -> None:
        """Begin to send, first what processes that are gone have left behind."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="day89-prediction-log", daemon=True)
            self._thread.start()

    def append(self, record: bytes) -> bool:
        """Put one record on the disk; return False where it was dropped instead. Never raises, never waits for S3.

        Args:
            record: one JSON value without line breaks.
        """
        line = record + b"\n"
        with self._write_lock:
            kept = not self._closed and self._waiting + len(line) <= self._max_bytes and self._write(line)
            full_batch = self._size >= self._batch_bytes
        self._metrics.count(RECORDS, KEPT if kept else DROPPED)
        if full_batch:
            self._wake.set()
        return kept

    def ship(self) -> bool:
        """Send everything that waits, also what dead processes left; return whether all of it arrived."""
        with self._ship_lock:
            arrived = self._ship_files(self._rotate())
            for folder in self._orphans():
                arrived = self._adopt(folder) and arrived
            with self._write_lock:
                self._waiting = self._left_over_bytes()
        return arrived

    def close(self) -> bool:
        """Take no more records, send what waits, and leave to the next process what S3 does not take."""
        with self._write_lock:
            self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        arrived = self.ship()
        if not any(self._own.glob("*.jsonl")):
            shutil.rmtree(self._own, ignore_errors=True)
        if self._lock_file >= 0:
            os.close(self._lock_file)  # lets go of the lock: the next process may take what is left
            self._lock_file = -1
        return arrived

    def _run(self) -> None:
        while not self._closed:
            self.ship()
            self._wake.wait(self._seconds)
            self._wake.clear()

    def _write(self, line: bytes) -> bool:
        try:
            if self._file < 0:
                self._number += 1
                path = self._own / f"{self._number:06}.jsonl"
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            if os.write(self._file, line) != len(line):  # the disk is full: half a line would spoil the file
                os.ftruncate(self._file, self._size)
                return False
        except OSError:
            return False
        self._size += len(line)
        self._waiting += len(line)
        return True

    def _rotate(self) -> list[Path]:
        """Close the present file and return all that are closed: the next record opens one that is not among them."""
        with self._write_lock:
            if self._file >= 0:
                os.close(self._file)
            self._file, self._size = -1, 0
            return list(self._own.glob("*.jsonl"))

    def _ship_files(self, paths: Iterable[Path]) -> bool:
        return all(self._ship_file(path) for path in sorted(paths))

    def _ship_file(self, path: Path) -> bool:
        # The key is made from the file alone, so a file that is sent twice (a crash after the put) is one object.
        day = time.strftime("%Y/%m/%d", time.gmtime(path.stat().st_mtime))
        key = f"{self._prefix}/{day}/{socket.gethostname()}-{path.parent.name}-{path.stem}.jsonl"
        try:
            with path.open("rb") as body:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/x-ndjson")
        except (BotoCoreError, ClientError, OSError) as error:
            self._metrics.count("day89_log_failures_total")
            logger.warning("cannot bring %s to s3://%s/%s: %s", path, self._bucket, key, error)
            return False
        path.unlink()
        return True

    def _orphans(self) -> list[Path]:
        return [path for path in sorted(self._root.glob("[0-9]*-*")) if path != self._own]

    def _adopt(self, folder: Path) -> bool:
        try:
            descriptor = os.open(folder / "lock", os.O_RDWR)
        except OSError:  # just taken by another process
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            arrived = self._ship_files(folder.glob("*.jsonl"))
            if arrived:
                shutil.rmtree(folder, ignore_errors=True)
            return arrived
        except OSError:  # locked: its process lives and sends for itself
            return True
        finally:
            os.close(descriptor)

    def _left_over_bytes(self) -> int:
        """Count what lies in the whole spool, so that it is the disk that is bounded and not each process's share."""
        total = 0
        for path in self._root.glob("[0-9]*-*/*.jsonl"):
            try:
                total += path.stat().st_size
            except OSError:  # sent by its process meanwhile
                continue
        return total


def _new_spool(root: Path) -> tuple[Path, int]:
    """Make a folder that is locked from the moment that others can see it."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if root.stat().st_uid != os.getuid():  # in a shared temporary folder someone else may have made it first
        raise InvalidInputError(f"the spool folder {root} belongs to another user: name another one")
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    hidden = root / f".{token}"
    hidden.mkdir(mode=0o700)
    descriptor = os.open(hidden / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return hidden.rename(root / token), descriptor
