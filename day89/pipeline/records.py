"""Cut CSV bytes into whole records and read them as text: what came in as ``007`` goes out as ``007``.

Pure work on bytes; knows no S3. https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import pandas

from day89.errors import InvalidInputError

__all__ = ["Block", "Rejected", "blocks", "format_line", "format_rows", "parse_block", "read_header"]

BLOCK_BYTES = 4 << 20
RECORD_BYTES_MAX = 64 << 20
UTF8_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Rejected:
    """A record that was set aside: where it stood, why, and its text."""

    offset: int
    reason: str
    text: str


@dataclass(frozen=True)
class Block:
    """Records as a table of text, beside those that were set aside.

    ``unclosed``: the last record opens a quote that it does not close.
    """

    frame: pandas.DataFrame
    rejected: list[Rejected] = field(default_factory=list)
    unclosed: bool = False


def read_header(file: BinaryIO) -> tuple[list[str], int]:
    """Read the first record.

    Args:
        file: binary file at the start of a CSV.

    Returns:
        The names of the columns, and how many bytes the record has.

    Raises:
        InvalidInputError: it is empty, not UTF-8, or names a column twice.
    """
    record = bytearray()
    while line := file.readline(RECORD_BYTES_MAX):
        record += line
        if record.count(b'"') % 2 == 0:
            break
    try:
        names = next(csv.reader([record.removeprefix(UTF8_BOM).decode("utf-8")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"the header cannot be read: {error}") from error
    if not names or len(set(names)) < len(names):
        raise InvalidInputError("there is no header" if not names else f"the header names a column twice: {names}")
    return names, len(record)


def blocks(file: BinaryIO, start: int, end: int | None, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, bytes) of whole records that begin in a range of a file.

    A range begins after the first line break at or after ``start - 1`` and ends after the first one at or after
    ``end - 1``, so neighbouring ranges share no record and miss none.

    Args:
        file: binary file at ``start``, where the first record begins.
        start: offset of that position.
        end: offset of the end of the range; None is the end of the file.
        size: how many bytes are read at once.

    Raises:
        InvalidInputError: one record has more than 64 MiB.
    """
    position, waiting = start, b""
    while end is None or position < end:
        chunk = file.read(size if end is None else min(size, end - position))
        if not chunk:
            break
        position += len(chunk)
        if position == end and not chunk.endswith(b"\n"):
            rest = file.readline(RECORD_BYTES_MAX)
            chunk, position = chunk + rest, position + len(rest)
        waiting += chunk
        cut = _last_record_end(waiting)
        if cut:
            yield position - len(waiting), waiting[:cut]
            waiting = waiting[cut:]
        if len(waiting) > RECORD_BYTES_MAX:
            where = position - len(waiting)
            raise InvalidInputError(f"the record at byte {where} has more than {RECORD_BYTES_MAX} bytes")
    if waiting:
        yield position - len(waiting), waiting


def parse_block(columns: list[str], block: bytes, offset: int = 0) -> Block:
    """Read records as a table of text; empty fields are missing.

    Records that do not have as many fields as there are columns, are not UTF-8 or misuse quotes are set aside.

    Args:
        columns: names of the columns.
        block: whole records without a header.
        offset: where the block stands in its object.
    """
    frame = _parse_whole(columns, block)
    return Block(frame) if frame is not None else _parse_each(columns, block, offset)


def format_line(fields: Iterable[str]) -> bytes:
    """Return one record as CSV."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(fields)
    return file.getvalue().encode("utf-8")


def format_rows(frame: pandas.DataFrame) -> bytes:
    """Return rows as CSV without a header: UTF-8, ``\\n`` after each, missing values empty."""
    plain = _join_plain(frame)
    if plain is not None:
        return plain
    text = frame.to_csv(index=False, header=False, lineterminator="\n")
    if "\r" in text:  # Python's csv module leaves a lone carriage return bare, and readers take it for a line's end
        text = frame.to_csv(index=False, header=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    return text.encode("utf-8")


def _join_plain(frame: pandas.DataFrame) -> bytes | None:
    """Put text that needs no quotes together, in a third of ``to_csv``'s time; None where any value may need them.

    A value that holds a comma or a line break shows in the number of them.
    """
    width = len(frame.columns)
    if width < 2 or not len(frame) or not all(map(pandas.api.types.is_string_dtype, frame.dtypes)):
        return None  # the only value of a row, where it is missing, must be written as ""
    try:
        lists = [column.fillna("").tolist() for _, column in frame.items()]
        text = "\n".join(map(",".join, zip(*lists, strict=True))) + "\n"
    except TypeError:  # not all of it is text
        return None
    if text.count(",") != len(frame) * (width - 1) or text.count("\n") != len(frame) or '"' in text or "\r" in text:
        return None
    return text.encode("utf-8")


def _last_record_end(block: bytes) -> int:
    """Return the offset behind the last line break that is not inside quotes; 0 where there is none."""
    cut = block.rfind(b"\n") + 1
    if not cut or b'"' not in block:
        return cut
    odd = block.count(b'"', 0, cut) % 2
    while cut and odd:
        before = block.rfind(b"\n", 0, cut - 1) + 1
        odd ^= block.count(b'"', before, cut) % 2
        cut = before
    return cut


def _read(columns: list[str], block: bytes) -> pandas.DataFrame:
    return pandas.read_csv(
        io.BytesIO(format_line(columns) + block),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        index_col=False,
        encoding="utf-8",
    )


def _parse_whole(columns: list[str], block: bytes) -> pandas.DataFrame | None:
    """Parse at the C parser's speed; give no table unless each record certainly has as many fields as columns.

    The parser refuses a record that is longer than the first one and silently fills up one that is shorter. So the
    first is looked at, and short ones show in the number of commas or, where quotes may hide commas, in an empty last
    column.
    """
    first = next((record for record in _records(block) if record.strip()), b"")
    lone_returns = len(columns) == 1 and b"\r" in block  # the parser ends a line there, and no comma is missing
    if lone_returns or (first and _fault(first, len(columns))):
        return None
    try:
        frame = _read(columns, block)
    except (pandas.errors.ParserError, UnicodeDecodeError):
        return None
    if b'"' in block:
        exact = bool(frame.iloc[:, -1].notna().all())
    else:
        exact = block.count(b",") == len(frame) * (len(columns) - 1)
    return frame if exact else None


def _parse_each(columns: list[str], block: bytes, offset: int) -> Block:
    good, rejected = [], []
    csv.field_size_limit(max(csv.field_size_limit(), RECORD_BYTES_MAX))  # pandas knows no limit of 128 KiB a field
    for record in _records(block):
        reason = _fault(record, len(columns))
        if reason:
            rejected.append(Rejected(offset, reason, record.decode("utf-8", "replace").rstrip("\r\n")))
        else:
            good.append(record)
        offset += len(record)
    return Block(_read(columns, b"".join(good)), rejected, _ends_in_quotes(block))


def _ends_in_quotes(block: bytes) -> bool:
    """Say whether a quote is open at the end: a quote inside a field without quotes does not open one."""
    text = block.decode("utf-8", "replace").removesuffix("\n") + "\nend"
    *_, last = csv.reader(io.StringIO(text, newline=""))
    return last != ["end"]


def _records(block: bytes) -> Iterator[bytes]:
    record = b""
    for line in io.BytesIO(block):
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""
    if record:
        yield record


def _fault(record: bytes, width: int) -> str:
    if record.count(b'"') % 2:
        return "a quote is opened and not closed"
    try:
        text = record.decode("utf-8")
        fields = next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError as error:
        return f"not UTF-8 at its byte {error.start}"
    except csv.Error as error:
        return f"not CSV: {str(error).partition(' - ')[0]}"
    if fields and len(fields) != width:
        return f"{len(fields)} fields instead of {width}"
    return ""
