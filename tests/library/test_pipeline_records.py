"""CSV bytes become rows of text: nothing is lost, nothing changed, what is wrong is set aside with its reason."""

from __future__ import annotations

import csv
import io
import itertools
import tracemalloc
from typing import Any

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from day89.errors import InvalidInputError
from day89.pipeline.records import blocks, format_line, format_rows, parse_block, read_header

BOUNDED = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
VALUE = some.text(some.sampled_from('aé0 ,"\n\r;.\t'), max_size=5)


def rows_of(frame: pandas.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]


def cut(content: bytes, edges: list[int], size: int) -> list[bytes]:
    """Cut a file into ranges at these edges, each read in pieces of this size, as parts are."""
    found = []
    spans = [0, *edges, None]
    for begin, end in itertools.pairwise(spans):
        file = io.BytesIO(content)
        start = 0
        if begin:
            file.seek(begin - 1)
            start = begin - 1 + len(file.readline())
        found += [piece for _, piece in blocks(file, start, end, size)]
    return found


@pytest.mark.parametrize("text", ["007", "1.10", "1e5", "NA", "null", "True", " x ", "2026-01-01", "é", "-0", "nan"])
def test_a_value_comes_out_as_it_went_in(text: str) -> None:
    frame = parse_block(["a", "b"], f"{text},x\n".encode()).frame
    assert rows_of(frame) == [(text, "x")]
    assert format_rows(frame) == f"{text},x\n".encode()


def test_empty_fields_are_missing_and_come_out_empty() -> None:
    frame = parse_block(["a", "b", "c"], b'1,,\n,"",3\n').frame
    assert rows_of(frame) == [("1", None, None), (None, None, "3")]
    assert format_rows(frame) == b"1,,\n,,3\n"


@pytest.mark.parametrize(
    ("block", "kept", "reasons"),
    [
        (b"1,2\n1,2,3\n4,5\n", 2, ["3 fields instead of 2"]),
        (b"1,2,3\n4,5\n", 1, ["3 fields instead of 2"]),
        (b"1,2,3\n4\n5,6\n", 1, ["3 fields instead of 2", "1 fields instead of 2"]),
        (b"1\n4,5\n", 1, ["1 fields instead of 2"]),
        (b'1\n"4,5",6\n', 1, ["1 fields instead of 2"]),
        (b"1,\xff\n4,5\n", 1, ["not UTF-8 at its byte 2"]),
        (b'1,"a"b\n4,5\n', 1, ["not CSV: ',' expected after '\"'"]),
        (
            b"1,a\rb\n4,5\n",
            1,
            ["not CSV: new-line character seen in unquoted field"],
        ),
        (b'4,5\n1,"open\n', 1, ["a quote is opened and not closed"]),
        (b"\n4,5\n\r\n", 1, []),
        (b"", 0, []),
    ],
)
def test_a_record_that_cannot_be_used_is_set_aside(block: bytes, kept: int, reasons: list[str]) -> None:
    parsed = parse_block(["a", "b"], block)
    assert len(parsed.frame) == kept
    assert [item.reason for item in parsed.rejected] == reasons


def test_what_is_set_aside_keeps_its_place_and_text() -> None:
    (item,) = parse_block(["a", "b"], b"1,2\nx,y,z\n", 100).rejected
    assert (item.offset, item.text) == (104, "x,y,z")


@given(some.lists(some.lists(VALUE, min_size=3, max_size=3), max_size=8))
@BOUNDED
def test_whatever_the_csv_module_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    content = b"".join(format_line([*row[:2], f"x{row[2]}"]) for row in rows if "\r" not in "".join(row))
    want = [(*(value or None for value in row[:2]), f"x{row[2]}") for row in rows if "\r" not in "".join(row)]
    parsed = parse_block(["a", "b", "c"], content)
    assert (rows_of(parsed.frame), parsed.rejected) == (want, [])


@given(some.lists(some.lists(VALUE, min_size=2, max_size=2), max_size=6))
@BOUNDED
def test_a_frame_survives_being_written_and_read(rows: list[list[str]]) -> None:
    frame = pandas.DataFrame([[f"x{a}", f"y{b}"] for a, b in rows], columns=["a", "b"], dtype=str)
    assert rows_of(parse_block(["a", "b"], format_rows(frame)).frame) == rows_of(frame)


@given(some.binary(max_size=60))
@BOUNDED
def test_no_bytes_break_the_parser_and_no_record_vanishes(content: bytes) -> None:
    parsed = parse_block(["a", "b"], content)
    used = len(parsed.frame) + len(parsed.rejected)
    assert used > 0 or not content.strip(b"\r\n \t") or content.strip(b"\r\n").isspace() or b'"' in content


@given(
    some.lists(some.text(some.sampled_from("ab,é"), max_size=6), max_size=12),
    some.lists(some.integers(1, 80), max_size=4, unique=True),
    some.integers(1, 30),
    some.booleans(),
)
@BOUNDED
def test_ranges_share_no_record_and_miss_none(lines: list[str], edges: list[int], size: int, ends: bool) -> None:
    content = "\n".join(lines).encode() + (b"\n" if ends and lines else b"")
    assert b"".join(cut(content, sorted(edges), size)) == content


@given(some.lists(some.lists(VALUE, min_size=2, max_size=2), max_size=8), some.integers(1, 30))
@BOUNDED
def test_pieces_end_only_where_records_end(rows: list[list[str]], size: int) -> None:
    content = b"".join(map(format_line, rows))
    for piece in cut(content, [], size):
        assert piece.count(b'"') % 2 == 0
        assert piece.endswith(b"\n")


class Endless(io.RawIOBase):
    """Be a file of rows that are made while they are read."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.left = rows

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        rows = min(len(buffer) // 17, self.left)
        buffer[: rows * 17] = b"12345678,abcdefg\n" * rows
        self.left -= rows
        return rows * 17


def test_memory_does_not_grow_with_the_file() -> None:
    peaks, counts = [], []
    for rows in (60_000, 600_000):
        tracemalloc.start()
        pieces = blocks(io.BufferedReader(Endless(rows)), 0, None, 1 << 18)
        counts.append(sum(len(parse_block(["a", "b"], piece).frame) for _, piece in pieces))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert counts == [60_000, 600_000]
    assert peaks[1] < 1.3 * peaks[0]


def test_a_header_may_have_quotes_line_breaks_and_a_byte_order_mark() -> None:
    assert read_header(io.BytesIO(b'\xef\xbb\xbfa,"b\nc"\r\n1,2\n')) == (["a", "b\nc"], 12)


@pytest.mark.parametrize("content", [b"", b"\n", b"a,a\n", b"\xff\n", b'"a"b\n'])
def test_a_header_that_names_no_columns_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="header"):
        read_header(io.BytesIO(content))


def test_an_open_quote_is_told() -> None:
    assert parse_block(["a"], b'1\n"2\n').unclosed
    assert not parse_block(["a"], b'1\n"2"\n').unclosed
    assert parse_block(["a", "b"], b'5" x,1\n"2,\n3"\n"4,\n').unclosed


def test_the_csv_module_reads_what_is_written() -> None:
    frame = pandas.DataFrame({"a": ['say "hi"', "two\nlines", "cr\rhere"], "b": [None, "1,5", "x"]}, dtype=str)
    text = format_rows(frame).decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ['say "hi"', ""],
        ["two\nlines", "1,5"],
        ["cr\rhere", "x"],
    ]


def test_values_that_are_not_text_are_written_too() -> None:
    frame = pandas.DataFrame({"a": [1, 2], "b": [0.5, None], "c": ["x", None]})
    assert format_rows(frame) == b"1,0.5,x\n2,,\n"


def test_a_row_of_one_missing_value_is_not_an_empty_line() -> None:
    assert format_rows(pandas.DataFrame({"a": ["x", None]}, dtype=str)) == b'x\n""\n'
