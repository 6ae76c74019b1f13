"""Read a CSV file that a platform or a spreadsheet wrote, so that single cells can be replaced and no other byte is.

Python's ``csv`` says what a cell means, not where it stands; quotes, line ends and spaces would be written anew.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from day89.errors import UsageError

__all__ = ["Cell", "Table", "read_table"]

DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Cell:
    """One cell: where it stands in the text, and what it means.

    Attributes:
        start: index of its first character, of the quote where it is quoted.
        end: index behind its last character.
        value: its text.
        quoted: whether it stands in quotes.
    """

    start: int
    end: int
    value: str
    quoted: bool = False


@dataclass(frozen=True)
class Table:
    """A CSV file.

    Attributes:
        path: where it was read.
        text: its text; a byte order mark is part of it.
        codec: its encoding.
        delimiter: what stands between cells.
        lines: its cells.
    """

    path: Path
    text: str
    codec: str
    delimiter: str
    lines: tuple[tuple[Cell, ...], ...]

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The first line."""
        return tuple(cell.value.strip() for cell in self.lines[0]) if self.lines else ()

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The other lines; short ones are filled up."""
        width = len(self.header)
        return tuple(tuple(cell.value for cell in line) + ("",) * (width - len(line)) for line in self.lines[1:])

    def replaced(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with other values in some cells; all else is as it was, byte for byte.

        Args:
            values: (row, column) to text; the first row is the one below the header.
        """
        pieces, at = [], 0
        for (row, column), value in sorted(values.items()):
            cell = self.lines[row + 1][column]
            pieces += [self.text[at : cell.start], self._written(value, cell)]
            at = cell.end
        return "".join([*pieces, self.text[at:]]).encode(self.codec)

    def _written(self, value: str, cell: Cell) -> str:
        if cell.quoted or any(one in value for one in (self.delimiter, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value


def read_table(path: Path) -> Table:
    """Read a CSV, TSV or text file in UTF-8, UTF-16 or a Windows code page.

    Args:
        path: the file.

    Raises:
        UsageError: it is missing, is a workbook, or holds no table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{path} is a workbook: save it as CSV (UTF-8) and give that")
    codec = _codec(data)
    text = data.decode(codec)
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter)
    if not lines or (len(lines[0]) == 1 and not lines[0][0].value.strip()):
        raise UsageError(f"{path} is empty: give a table whose first line names the columns")
    return Table(path, text, codec, delimiter, lines)


def _codec(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    for codec in ("utf-8", "cp1252"):
        try:
            data.decode(codec)
            return codec
        except UnicodeDecodeError:
            continue
    return "latin-1"


def _delimiter(text: str) -> str:
    """Return the delimiter that stands most often in the first line, outside quotes."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif letter in "\r\n" and not quoted:
            break
        elif letter in counts and not quoted:
            counts[letter] += 1
    if counts["|"] and any(counts[one] for one in ",;\t"):
        counts["|"] = 0  # Blackboard's headers hold one
    return max(counts, key=counts.__getitem__)


def _lines(text: str, delimiter: str) -> tuple[tuple[Cell, ...], ...]:
    lines: list[tuple[Cell, ...]] = []
    line: list[Cell] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        cell = _cell(text, at, delimiter)
        line.append(cell)
        at = cell.end
        if at < len(text) and text[at] == delimiter:
            at += 1
            if at < len(text):
                continue
            line.append(Cell(at, at, ""))
        elif text.startswith("\r\n", at):
            at += 2
        else:
            at += 1
        lines.append(tuple(line))
        line = []
    return tuple(lines)


def _cell(text: str, start: int, delimiter: str) -> Cell:
    ends = (delimiter, "\r", "\n")
    at = start
    if text[at : at + 1] == '"':
        at += 1
        while at < len(text):
            if text[at] == '"':
                if text[at + 1 : at + 2] != '"':
                    break
                at += 1
            at += 1
        at = min(at + 1, len(text))
        value = text[start + 1 : at - 1].replace('""', '"')
        while at < len(text) and text[at] not in ends:  # letters behind the quote
            at += 1
        return Cell(start, at, value, True)
    while at < len(text) and text[at] not in ends:
        at += 1
    return Cell(start, at, text[start:at])
