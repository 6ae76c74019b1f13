"""CSV bytes become rows of text: nothing is lost, nothing changed, what is wrong is set aside with its reason."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from day89.errors import InvalidInputError
from day89.pipeline import parsing, writing
from day89.pipeline.parsing import Block, parse_block
from day89.pipeline.records import RecordTooLongError, first_record, read_blocks, read_header
from day89.pipeline.writing import format_line, format_rows

BOUNDED = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
SPLITS = settings(BOUNDED, max_examples=400)
VALUE = some.text(some.sampled_from('aé0 ,"\n\r;.\t'), max_size=5)


def rows_of(frame: pandas.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]


def read_all(content: bytes, columns: list[str], cuts: list[int], size: int, readers: str = "") -> list[Any]:
    """Read a file in ranges as parts of a job are read: each first from a guess, then from where the last one ended."""
    found: list[Any] = []
    stop = 0
    with pytest.MonkeyPatch.context() as patch:
        if readers:
            choose(patch, readers)
        for begin, end in itertools.pairwise([0, *cuts, None]):
            file = io.BytesIO(content)
            guess = first_record(file, begin) if begin else 0
            for start in dict.fromkeys([guess, stop]):
                file.seek(start)
                blocks, stop_here = [], start
                for block in read_blocks(file, columns, start, end, size):
                    blocks.append(block)
                    assert block.offset == stop_here
                    stop_here += block.length
            found += [record for block in blocks for record in records_of(block)]
            stop = stop_here
    assert stop == len(content)
    return found


def records_of(block: Block) -> list[Any]:
    """Return rows and what was set aside, in the order of the file."""
    rows = [
        ((place, 1), row, format_line(value or "" for value in row)) for place, row in enumerate(rows_of(block.frame))
    ]
    bad = [((item.row, 0), (item.offset, item.reason, item.text), b"") for item in block.rejected]
    return [record[1:] for record in sorted([*rows, *bad], key=lambda record: record[0])]


def choose(patch: pytest.MonkeyPatch, readers: str) -> None:
    patch.setattr(parsing, "USE_ARROW", readers == "arrow")
    patch.setattr(writing, "USE_ARROW", readers == "arrow")
    if readers == "csv":
        patch.setattr(parsing, "_read_pandas", lambda *_: None)


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
    content = b"".join(format_line([*row[:2], f"x{row[2]}"]) for row in rows)
    want = [(*(value or None for value in row[:2]), f"x{row[2]}") for row in rows]
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


# Lines that a CSV should not have, and some that it may, each of which once made the result depend on the split.
NASTY = [
    b"1,2,3\n", b"1,2\n", b"1,2,3,4\n", b",,\n", b'"","",\n', b"\n", b"\r\n", b"   \n", b"\t\n", b" , , \n",
    b'1,5" x,3\n', b'1,"a"b,3\n', b'"1","2","3"\r\n', b'1,"a\nb",3\n', b'"a\n\n","\n",\n', b'1,"say ""hi""",3\n',
    b'"","""",""\n', b'1,"a,b",3\n', b"1,a\rb,3\n", b"1,2,3\r\r\n", b'1,"a\rb",3\n', b'1,"a\r\nb",3\r\n',
    b'1, "2",3\n', b'1,2,"3\n', b'"\n', b'x",y,z\n', b"1,\xff,3\n", b'"\xe9\n",2,3\n', "1,é,ü\n".encode(),
    b"1,a\0b,3\n", b"\xef\xbb\xbf1,2,3\n", b"#1,NA,nan\n", b"1,\xed\xa0\x80,3\n", b"1,2,3\x1a\n",
]  # fmt: skip
CSV = some.builds(
    lambda lines, last: b"".join(lines) + last,
    some.lists(some.one_of(some.sampled_from(NASTY), some.just(b"4,5,6\n"), some.binary(max_size=6)), max_size=14),
    some.sampled_from([b"", b"1,2,3", b'1,2,"3"', b"1,2,3\r", b'"open', b"\r"]),
)


@given(CSV, some.data())
@SPLITS
def test_the_result_is_the_same_wherever_it_is_cut_and_whoever_reads_it(content: bytes, data: Any) -> None:
    columns = ["a", "b", "c"][: data.draw(some.sampled_from([3, 3, 3, 2, 1]), "width")]
    want = read_all(content, columns, [], 1 << 20, "csv")
    cuts = sorted(data.draw(some.sets(some.integers(1, max(1, len(content))), max_size=4), "cuts"))
    size = data.draw(some.sampled_from([1, 2, 7, 16, 40, 1 << 20]), "size")
    assert read_all(content, columns, cuts, size, data.draw(some.sampled_from(["arrow", "pandas", "csv"]))) == want


@given(CSV)
@SPLITS
def test_every_record_but_an_empty_line_is_a_row_or_set_aside(content: bytes) -> None:
    found = read_all(content, ["a", "b", "c"], [], 1 << 20)
    assert len(found) == sum(record not in (b"\n", b"\r\n") for record in csv_records(content))


def csv_records(content: bytes) -> Iterator[bytes]:
    """Yield the bytes of the records that the csv module alone sees; one that it refuses ends where it does so."""
    lines = io.BytesIO(content).readlines()
    reader = csv.reader((line.decode("latin-1") for line in lines), strict=True)
    done = 0
    while done < len(lines):
        with contextlib.suppress(csv.Error):
            next(reader)
        yield b"".join(lines[done : reader.line_num])
        done = reader.line_num


@given(some.lists(some.lists(some.text(max_size=4), min_size=3, max_size=3), max_size=8), some.booleans())
@SPLITS
def test_the_writers_agree_byte_for_byte(rows: list[list[str]], arrow: bool) -> None:
    frame = pandas.DataFrame(rows, columns=["a", "b", "c"], dtype=str)
    with pytest.MonkeyPatch.context() as patch:
        choose(patch, "arrow" if arrow else "pandas")
        written = format_rows(frame)
    assert written == b"".join(format_line(row) for row in rows)
    back = parse_block(["a", "b", "c"], written)
    assert rows_of(back.frame) == [tuple(value or None for value in row) for row in rows]


def test_a_record_without_an_end_is_told_before_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("day89.pipeline.records.RECORD_BYTES_MAX", 1000)
    content = b'1,2\n1,"' + b"x" * 5000
    with pytest.raises(RecordTooLongError, match="the record at byte 4 has more than 1000 bytes"):
        list(read_blocks(io.BytesIO(content), ["a", "b"], 0, None, 100))


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
        blocks = read_blocks(io.BufferedReader(Endless(rows)), ["a", "b"], 0, None, 1 << 18)
        counts.append(sum(len(block.frame) for block in blocks))
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
