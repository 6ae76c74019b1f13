"""Read a range of a CSV file as blocks of whole records, the same records wherever the file is cut.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from day89.errors import IntegrityError, InvalidInputError
from day89.pipeline.parsing import NEW_LINE, RECORD_BYTES_MAX, UTF8_BOM, Block, ends_in_return, parse_block
from day89.s3 import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Part", "RecordTooLongError", "open_csv", "read_blocks", "read_header"]

BLOCK_BYTES = 4 << 20
READ_BYTES_MIN = 1 << 16


class RecordTooLongError(InvalidInputError):
    """A record that is longer than any that is read."""


@dataclass(frozen=True)
class Part:
    """One part of the work: the records that begin in a range of an object. ``end`` None is the object's end."""

    number: int
    key: str
    etag: str
    start: int
    end: int | None


@contextmanager
def open_csv(s3: S3Client, bucket: str, key: str) -> Iterator[tuple[BinaryIO, Any]]:
    """Open a CSV object; yield the file of its text, and the reader below it, which knows size and ETag.

    Raises:
        NotFoundError: no such bucket or key.
        IntegrityError: a ``.gz`` object is cut short or damaged.
    """
    with open_object(s3, bucket, key) as packed:
        if not key.endswith(".gz"):
            yield packed, packed.raw
            return
        try:
            with gzip.open(packed) as text:
                yield cast(BinaryIO, text), packed.raw
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise IntegrityError(f"s3://{bucket}/{key} is not a whole gzip file: {error}") from error


def read_header(file: BinaryIO) -> tuple[list[str], int]:
    """Read the first record.

    Args:
        file: binary file at the start of a CSV.

    Returns:
        The names of the columns as they are written, an empty one too, and how many bytes the record has.

    Raises:
        InvalidInputError: it is empty, not UTF-8, or names a column twice.
    """
    record = bytearray()

    def lines() -> Iterator[str]:
        while line := file.readline(RECORD_BYTES_MAX):
            first = not record
            record.extend(line)
            if len(record) > RECORD_BYTES_MAX:
                raise csv.Error(f"it has more than {RECORD_BYTES_MAX} bytes")
            yield (line.removeprefix(UTF8_BOM) if first else line).decode("utf-8")

    try:
        names = next(csv.reader(lines(), strict=True), [])
        if ends_in_return(record):
            raise csv.Error(NEW_LINE)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"the header cannot be read: {error}") from error
    if not names or len(set(names)) < len(names):
        raise InvalidInputError("there is no header" if not names else f"the header names a column twice: {names}")
    return names, len(record)


def read_blocks(
    file: BinaryIO, columns: list[str], start: int, end: int | None, size: int = BLOCK_BYTES
) -> Iterator[Block]:
    """Yield the records that begin in a range of a file, in blocks that lie one behind the other.

    Args:
        file: binary file at ``start``, where a record begins.
        columns: names of the columns.
        start: offset of that position.
        end: records that begin here or later are left out; None is the end of the file.
        size: how many bytes are read at once.

    Raises:
        RecordTooLongError: one record has more than 64 MiB.
    """
    base, waiting = start, b""
    while end is None or base < end:
        wanted = max(size, len(waiting))  # a long record is looked at again only after as much again has come
        if end is not None:
            wanted = min(wanted, max(end - base - len(waiting), len(waiting), READ_BYTES_MIN))
        chunk = file.read(min(wanted, RECORD_BYTES_MAX + 1 - len(waiting)))
        waiting += chunk
        limit = None if end is None else end - base
        block = parse_block(columns, waiting, base, limit=limit, final=not chunk)
        if block.length:
            base, waiting = base + block.length, waiting[block.length :]
            yield block
        if not chunk:
            return
        if len(waiting) > RECORD_BYTES_MAX and (end is None or base < end):
            raise RecordTooLongError(f"the record at byte {base} has more than {RECORD_BYTES_MAX} bytes")


def first_record(file: BinaryIO, start: int) -> int:
    """Return where the first record begins at or after a position, taking the line break before it for a record's end.

    Inside a field with line breaks that is a guess; whoever reads what stands before learns whether it was right.
    """
    file.seek(start - 1)
    return start - 1 + len(file.readline())
