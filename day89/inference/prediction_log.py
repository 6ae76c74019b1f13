"""Log predictions to S3 without holding up a request and without losing one.

A record is appended to a file on this disk *before* the client gets its answer: a killed process loses nothing that it
has answered. A thread brings whole files to S3; what it could not bring, because the process died or S3 was away, the
next process brings when it starts. What is not covered is a machine that loses power or is terminated before the next
shipment: the page cache and the disk go with it.

    SPOOL/4711-9f3c/lock            held (flock) for as long as process 4711 lives; says where its records go
    SPOOL/4711-9f3c/000001.jsonl    one record a line
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from day89.errors import InvalidInputError
from day89.inference.metrics import Metrics

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["PredictionLog"]

logger = logging.getLogger(__name__)
CLOSE_SECONDS, STALL_SECONDS = 20.0, 5.0


class PredictionLog:
    """A log whose records are on the disk at once, and in S3 in batches."""

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

        Raises:
            InvalidInputError: no spool can be made in that folder.
        """
        self._s3, self._destination = s3, _Destination(bucket, prefix)
        self._seconds, self._batch_bytes, self._max_bytes = seconds, batch_bytes, max_bytes
        self._metrics = metrics or Metrics()
        self._root = Path(folder)
        self._own, self._lock_file = _new_spool(self._root, self._destination)
        self._write_lock, self._ship_lock, self._wake = threading.Lock(), threading.Lock(), threading.Event()
        self._file, self._size, self._number = -1, 0, 0
        self._waiting = self._left_over_bytes()
        self._dropped, self._disk_error = 0, ""
        self._shipped, self._closed = 0, False
        self._thread: threading.Thread | None = None

    @property
    def waiting_bytes(self) -> int:
        """Return how much is on this disk and not in S3, as far as this process knows."""
        return self._waiting

    def why_dropping(self) -> str | None:
        """Say why records are dropped at this moment; return None where the last one was kept, or would be by now."""
        with self._write_lock:
            if self._waiting + max(self._dropped, 1) > self._max_bytes:
                return f"{self._waiting} bytes wait for S3, which does not take them"
            if self._disk_error and not self._disk_takes(self._dropped):
                return f"{self._own} does not take them: {self._disk_error}"
            self._dropped, self._disk_error = 0, ""
        return None

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
            self._dropped = 0 if kept else len(line)
            full_batch = self._size >= self._batch_bytes
        self._metrics.log_records.labels("kept" if kept else "dropped").inc()
        if full_batch:
            self._wake.set()
        return kept

    def ship(self) -> bool:
        """Send everything that waits, also what dead processes left; return whether all of it arrived."""
        with self._ship_lock:
            arrived = self._ship_files(self._rotate(), self._destination)
            for folder in self._orphans():
                arrived = self._adopt(folder) and arrived
            with self._write_lock:
                self._waiting = self._left_over_bytes()
        return arrived

    def close(self) -> bool:
        """Take no more records, send what waits, and leave to the next process what S3 does not take.

        An S3 that does not answer is waited for ``STALL_SECONDS``, and all in all ``CLOSE_SECONDS``.

        Returns:
            Whether all of it arrived.
        """
        with self._write_lock:
            self._closed = True
        self._wake.set()
        arrived: list[bool] = []
        # A thread, and a daemon, for Python can neither stop a call that hangs nor end before a common thread does.
        last = threading.Thread(target=lambda: arrived.append(self._ship_last()), daemon=True)
        last.start()
        end, shipped = time.monotonic() + CLOSE_SECONDS, -1
        while last.is_alive() and shipped < self._shipped and time.monotonic() < end:
            shipped = self._shipped
            last.join(STALL_SECONDS)
        return arrived == [True]

    def _ship_last(self) -> bool:
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
            try:
                self.ship()
            except Exception:  # such as a spool that someone has removed: what comes later must still be sent
                logger.exception("cannot bring the prediction log to S3")
            self._wake.wait(self._seconds)
            self._wake.clear()

    def _write(self, line: bytes) -> bool:
        """Append a line; where the present file does not take it try a new one, for it may be that file alone."""
        for _ in range(2):
            try:
                if self._file < 0:
                    self._file = os.open(self._path(self._number + 1), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                    self._number += 1
                if os.write(self._file, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                self._disk_error = error.strerror or str(error)
                self._take_back()
                continue
            self._size += len(line)
            self._waiting += len(line)
            self._disk_error = ""
            return True
        return False

    def _take_back(self) -> None:
        """Close the present file without the half of a line that it may end with: it would spoil the file."""
        if self._file < 0:
            return
        with suppress(OSError):
            os.ftruncate(self._file, self._size)
        with suppress(OSError):
            os.close(self._file)
        if not self._size:
            self._path(self._number).unlink(missing_ok=True)
        self._file, self._size = -1, 0

    def _path(self, number: int) -> Path:
        return self._own / f"{number:06}.jsonl"

    def _disk_takes(self, size: int) -> bool:
        probe = self._own / "probe"
        try:
            probe.write_bytes(b" " * size)
            return True
        except OSError:
            return False
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)

    def _rotate(self) -> list[Path]:
        """Close the present file and return all that are closed: the next record opens one that is not among them."""
        with self._write_lock:
            if self._file >= 0:
                os.close(self._file)
            self._file, self._size = -1, 0
            return list(self._own.glob("*.jsonl"))

    def _ship_files(self, paths: Iterable[Path], destination: _Destination) -> bool:
        return all(self._ship_file(path, destination) for path in sorted(paths))

    def _ship_file(self, path: Path, destination: _Destination) -> bool:
        url = f"s3://{destination.bucket}/{destination.prefix}"
        try:
            # The key is made from the file alone, so a file that is sent twice (a crash after the put) is one object.
            day = time.strftime("%Y/%m/%d", time.gmtime(path.stat().st_mtime))
            key = f"{destination.prefix}/{day}/{socket.gethostname()}-{path.parent.name}-{path.stem}.jsonl"
            with path.open("rb") as body:
                self._s3.put_object(Bucket=destination.bucket, Key=key, Body=body, ContentType="application/x-ndjson")
            path.unlink()
        except Exception as error:  # whatever it was, the file stays, and the next attempt may succeed
            self._metrics.log_failures.inc()
            logger.warning("cannot bring %s to %s: %s", path, url, error)
            return False
        self._shipped += 1
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
            # Where its own server would have sent it, which need not be where this one sends.
            destination = _Destination.read(descriptor) or self._destination
            arrived = self._ship_files(folder.glob("*.jsonl"), destination)
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


@dataclass(frozen=True)
class _Destination:
    """Where the records of a spool go."""

    bucket: str
    prefix: str

    def write(self, descriptor: int) -> None:
        """Put it into a file."""
        os.write(descriptor, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, descriptor: int) -> _Destination | None:
        """Read it back; return None where the file does not say it, as those of older versions."""
        try:
            return cls(**json.loads(os.pread(descriptor, 1 << 16, 0)))
        except (ValueError, TypeError):
            return None


def _new_spool(root: Path, destination: _Destination) -> tuple[Path, int]:
    """Make a folder that is locked from the moment that others can see it."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if root.stat().st_uid != os.getuid():  # in a shared temporary folder someone else may have made it first
            raise InvalidInputError(f"the spool folder {root} belongs to another user: name another one")
        token = f"{os.getpid()}-{secrets.token_hex(4)}"
        hidden = root / f".{token}"
        hidden.mkdir(mode=0o700)
        descriptor = os.open(hidden / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        destination.write(descriptor)
        return hidden.rename(root / token), descriptor
    except OSError as error:
        raise InvalidInputError(f"no spool can be made in {root}: {error}; name another folder") from error
