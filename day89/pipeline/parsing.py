"""Read CSV bytes as text by one grammar: what came in as ``007`` stays ``007``.

The grammar is that of Python's csv module in its strict mode. Lines end with LF or CR LF; an empty line is no record; a
quote opens a field only at its beginning, and elsewhere is text. A record that breaks a rule ends with the line on
which it does, and is set aside. Blocks of records that break none are read by pandas' or pyarrow's parser, which are
much faster; they agree with the grammar there and only there, so it is proven first.

Pure work on bytes; knows no S3. https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import importlib.util
import io
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy
import pandas

__all__ = ["NEW_LINE", "RECORD_BYTES_MAX", "UTF8_BOM", "Block", "Rejected", "ends_in_return", "parse_block"]

RECORD_BYTES_MAX = 64 << 20
UTF8_BOM = b"\xef\xbb\xbf"
NEW_LINE = "new-line character seen in unquoted field"  # the csv module's own words for a CR without LF
UNCLOSED = "a quote is opened and not closed"

# Before pandas 3 a table of Arrow's becomes Python strings one by one: slower than pandas' own parser.
PANDAS_3 = int(pandas.__version__.partition(".")[0]) >= 3
USE_ARROW = PANDAS_3 and importlib.util.find_spec("pyarrow") is not None
TEXT: Any = "str" if PANDAS_3 else object

QUOTE, COMMA, LINE_FEED, RETURN = b'",\n\r'


@dataclass(frozen=True)
class Rejected:
    """A record that was set aside: where it stood, why, its text, and how many rows of its block stand before it."""

    offset: int
    reason: str
    text: str
    row: int


@dataclass(frozen=True)
class Block:
    """Whole records as a table of text, beside those that were set aside.

    ``offset`` and ``length`` say which bytes they are.
    """

    frame: pandas.DataFrame
    rejected: list[Rejected] = field(default_factory=list)
    offset: int = 0
    length: int = 0


def parse_block(
    columns: list[str], data: bytes, offset: int = 0, *, limit: int | None = None, final: bool = True
) -> Block:
    """Read whole records as a table of text; empty fields are missing.

    Records that do not have as many fields as there are columns, are not UTF-8 or misuse quotes are set aside.

    Args:
        columns: names of the columns.
        data: bytes that begin with a record; the last record may be cut off if they are not the final ones.
        offset: where they stand in their object.
        limit: only records that begin before this position in ``data``; None is all.
        final: nothing comes after ``data``.
    """
    limit = len(data) if limit is None else limit
    end, quotes = _whole_records(data, limit, final)
    if end and _is_regular(data, end, quotes):
        frame = (_read_arrow if USE_ARROW else _read_pandas)(columns, memoryview(data)[:end], quotes)
        if frame is not None:
            return Block(frame, [], offset, end)
    return _parse_each(columns, data, offset, limit, final)


def ends_in_return(record: bytes | bytearray) -> bool:
    """Return whether a record ends in a CR that is no part of its line end: the csv module drops it silently."""
    return record[-3:].removesuffix(b"\r\n" if record.endswith(b"\r\n") else b"\n").endswith(b"\r")


def _whole_records(data: bytes, limit: int, final: bool) -> tuple[int, numpy.ndarray]:
    """Return where the last whole record ends that begins before the limit (0: unknown), and the places of all quotes.

    Every quote is taken to open or close a field, which `_is_regular` proves afterwards.
    """
    if QUOTE not in data:
        quotes = numpy.empty(0, dtype=numpy.intp)
    else:
        quotes = numpy.flatnonzero(numpy.frombuffer(data, numpy.uint8) == QUOTE)

    def outside(position: int) -> bool:
        return not len(quotes) or numpy.searchsorted(quotes, position) % 2 == 0

    if limit < len(data):
        place = data.find(b"\n", limit - 1)
        while place >= 0 and not outside(place):
            place = data.find(b"\n", place + 1)
        if place >= 0:
            return place + 1, quotes
    if final:
        return (0 if len(quotes) % 2 else len(data)), quotes
    place = data.rfind(b"\n")
    while place >= 0 and not outside(place):
        place = data.rfind(b"\n", 0, place)
    return place + 1, quotes


def _is_regular(data: bytes, end: int, quotes: numpy.ndarray) -> bool:
    """Return whether whole records hold nothing that parsers see differently: stray quotes, CR without LF, NUL, a BOM.

    Quotes alternate between opening and closing; one that opens stands at the beginning of a field, one that closes at
    the end of a field, or both are the halves of a doubled quote.
    """
    if data.find(b"\r", 0, end) >= 0 and data.count(b"\r", 0, end) != data.count(b"\r\n", 0, end):
        return False
    if data.find(b"\0", 0, end) >= 0 or data.startswith(UTF8_BOM):
        return False
    mine = quotes[: numpy.searchsorted(quotes, end)]
    if not len(mine):
        return True
    if len(mine) % 2:
        return False
    around = numpy.frombuffer(b"\n" + data[:end] + b"\n", numpy.uint8)
    before, behind = around[mine[0::2]], around[mine[1::2] + 2]
    return bool(
        numpy.isin(before, (COMMA, LINE_FEED, QUOTE)).all()
        and numpy.isin(behind, (COMMA, LINE_FEED, RETURN, QUOTE)).all()
    )


def _read_arrow(columns: list[str], data: memoryview, quotes: numpy.ndarray) -> pandas.DataFrame | None:
    """Read regular records with pyarrow, which itself refuses a wrong number of fields and what is not UTF-8."""
    import pyarrow  # heavy and optional: pip install 'day89[csv]'
    from pyarrow import csv as arrow

    try:
        table = arrow.read_csv(
            pyarrow.BufferReader(pyarrow.py_buffer(data)),
            read_options=arrow.ReadOptions(column_names=columns, use_threads=False, block_size=len(data) + 1),
            parse_options=arrow.ParseOptions(newlines_in_values=bool(len(quotes))),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(columns, pyarrow.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pyarrow.ArrowInvalid:
        return None
    frame: pandas.DataFrame = table.to_pandas(use_threads=False)
    return frame


def _read_pandas(columns: list[str], data: memoryview, quotes: numpy.ndarray) -> pandas.DataFrame | None:
    """Read regular records with pandas' C parser; no table unless each has exactly as many fields as columns.

    That parser fills up short records silently, and takes lines of blanks for empty ones.
    """
    width = len(columns)
    if width == 1:
        return None
    array = numpy.frombuffer(data, numpy.uint8)
    ends, commas = numpy.flatnonzero(array == LINE_FEED), numpy.flatnonzero(array == COMMA)
    if len(quotes):
        ends = ends[numpy.searchsorted(quotes, ends) % 2 == 0]
        commas = commas[numpy.searchsorted(quotes, commas) % 2 == 0]
    if data[-1] != LINE_FEED:
        ends = numpy.append(ends, len(data))
    if len(commas) != len(ends) * (width - 1):
        return None
    of_line = commas.reshape(len(ends), width - 1)
    if not (of_line[:, -1] < ends).all() or not (of_line[1:, 0] > ends[:-1]).all():
        return None
    try:
        return pandas.read_csv(
            io.BytesIO(data),
            names=columns,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            index_col=False,
            encoding="utf-8",
        )
    except (pandas.errors.ParserError, UnicodeDecodeError):
        return None


def _parse_each(columns: list[str], data: bytes, offset: int, limit: int, final: bool) -> Block:
    """Read records one by one, with the csv module."""
    csv.field_size_limit(max(csv.field_size_limit(), RECORD_BYTES_MAX))  # its own limit is 128 KiB a field
    if not final:
        data = data[: data.rfind(b"\n") + 1]
    lines = io.BytesIO(data).readlines()
    edges = list(accumulate(map(len, lines), initial=0))
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="surrogateescape", newline="\n")
    reader = csv.reader(text, strict=True)
    suspect = not _is_utf8(data) or b"\r" in data
    good: list[list[str]] = []
    rejected: list[Rejected] = []
    line = 0
    while line < len(lines) and edges[line] < limit:
        fields: list[str] = []
        try:
            fields, reason = next(reader), ""
        except csv.Error as error:
            reason = _reason(error)
        if reason == UNCLOSED and not final:
            break
        record = b"".join(lines[line : reader.line_num]) if reason or suspect else b""
        reason = (suspect and _byte_fault(record)) or reason
        if not reason and fields and len(fields) != len(columns):
            reason = f"{len(fields)} fields instead of {len(columns)}"
        if reason:
            record = record or b"".join(lines[line : reader.line_num])
            shown = record.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
            rejected.append(Rejected(offset + edges[line], reason, shown, len(good)))
        elif fields:
            good.append(fields)
        line = reader.line_num
    return Block(_frame(columns, good), rejected, offset, edges[line])


def _reason(error: csv.Error) -> str:
    said = str(error).partition(" - ")[0]
    return UNCLOSED if said == "unexpected end of data" else f"not CSV: {said}"


def _byte_fault(record: bytes) -> str:
    try:
        record.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8 at its byte {error.start}"
    return f"not CSV: {NEW_LINE}" if ends_in_return(record) else ""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _frame(columns: list[str], rows: list[list[str]]) -> pandas.DataFrame:
    lists = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    made = {
        place: pandas.Series([value or numpy.nan for value in values], dtype=TEXT) for place, values in enumerate(lists)
    }
    frame = pandas.DataFrame(made)
    frame.columns = pandas.Index(columns, dtype=TEXT)
    return frame
