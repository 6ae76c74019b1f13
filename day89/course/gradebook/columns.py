"""Find the column that takes the marks in a table that a platform exported, whatever its language.

The forms are those of Canvas (``lib/gradebook_importer.rb``), Moodle's grading worksheet
(``mod/assign/feedback/offline/importgradeslib.php``), Blackboard's full grade center, Brightspace's grade export
(https://community.d2l.com/brightspace/kb/articles/3538-importing-grades) and Classroom 50's ``scores.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from day89.course.cohort.tables import Table
from day89.errors import UsageError

__all__ = ["CANVAS", "NO", "YES", "MarkColumn", "find_column", "parse_number"]

CANVAS = re.compile(r"(?P<title>.+?) \((?P<id>\d+)\)$")
BLACKBOARD = re.compile(r"(?P<title>.+?)\s*(?:\[[^\]]*?(?P<max>\d+(?:[.,]\d+)?)[^\]]*\])?\s*\|\s*(?P<id>\d+)$")
BRIGHTSPACE = re.compile(r"(?P<title>.+?) Points Grade(?: <.*?MaxPoints:(?P<max>[\d.,]+).*>)?$", re.I)
PLAIN = (
    "score",
    "points",
    "grade",
    "mark",
    "marks",
    "result",
    "total",
    "punkte",
    "note",
    "nota",
    "points awarded",
    "total score",
)
MOODLE = (
    "grade",
    "bewertung",
    "note",
    "calificación",
    "nota",
    "valutazione",
    "beoordeling",
    "cijfer",
    "ocena",
    "karakter",
)
YES = ("yes", "ja", "oui", "sí", "si", "sì", "sim", "tak", "ano", "kyllä", "true", "1", "да", "是", "はい")
NO = ("no", "nein", "non", "não", "nee", "nej", "nei", "nie", "ne", "ei", "false", "0", "нет", "否", "いいえ")
WHOLE = 20  # every share of a point is a multiple of 0.05: twenty times a score is a whole number


@dataclass(frozen=True)
class MarkColumn:
    """The column that takes the marks.

    Attributes:
        platform: whose form the table has.
        index: number of the column.
        title: its header.
        maximum: the most that it takes, where the table says so.
        row_maximum: column with the maximum of each row, or None.
        locked: column that says where a mark is not to be changed, or None.
        scale: what 100 % are, where marks are scaled; None leaves points as they are.
        whole: marks are whole numbers.
    """

    platform: str
    index: int
    title: str
    maximum: float | None = None
    row_maximum: int | None = None
    locked: int | None = None
    scale: float | None = None
    whole: bool = False


def find_column(table: Table, wanted: str | None = None) -> MarkColumn:
    """Return the column that takes the marks.

    Args:
        table: the platform's own export.
        wanted: header of the column, its title or its number on the platform; needed where several could be meant.

    Raises:
        UsageError: there is none, or more than one.
    """
    found = _platform(table)
    if wanted is not None:
        chosen = [one for one in found if _is_called(one.title, wanted)]
        chosen = chosen or [
            MarkColumn("plain", place, title) for place, title in enumerate(table.header) if _is_called(title, wanted)
        ]
        if len(chosen) == 1:
            return chosen[0]
        raise UsageError(_which(table, f"no one column is called {wanted}", found))
    if len(found) == 1:
        return found[0]
    raise UsageError(_which(table, "several columns could take the marks" if found else "no column takes marks", found))


def _which(table: Table, what: str, found: Sequence[MarkColumn]) -> str:
    titles = [one.title for one in found] or [title for title in table.header if title]
    return f"{table.path}: {what}: give --column with one of {', '.join(repr(title) for title in titles)}"


def _is_called(title: str, wanted: str) -> bool:
    names = {title}
    for pattern in (CANVAS, BLACKBOARD, BRIGHTSPACE):
        if match := pattern.match(title):
            names |= {value for key, value in match.groupdict().items() if key != "max" and value}
    return wanted.strip().casefold() in {name.strip().casefold() for name in names}


def _platform(table: Table) -> list[MarkColumn]:
    header = [title.strip("\ufeff").strip() for title in table.header]
    low = [title.casefold() for title in header]
    if "end-of-line indicator" in low or any(BRIGHTSPACE.match(title) for title in header):
        return [
            MarkColumn("Brightspace", place, title, parse_number(match["max"] or ""))
            for place, title in enumerate(header)
            if (match := BRIGHTSPACE.match(title))
        ]
    if board := [(place, match) for place, title in enumerate(header) if (match := BLACKBOARD.match(title))]:
        return [
            MarkColumn("Blackboard", place, header[place], parse_number(match["max"] or "")) for place, match in board
        ]
    if {"username", "score", "max_score"} <= set(low):
        return [_classroom50(table, low)]
    if (low[:1] == ["identifier"] or _moodle_rows(table)) and (moodle := _moodle(table, low)):
        return [moodle]
    if canvas := list(_canvas(table, header)):
        return canvas
    if "score_perc" in low:  # what PrairieLearn takes
        return [MarkColumn("PrairieLearn", low.index("score_perc"), "score_perc", scale=100)]
    return [MarkColumn("plain", place, header[place]) for place, title in enumerate(low) if title in PLAIN]


def _classroom50(table: Table, low: Sequence[str]) -> MarkColumn:
    most, locked = low.index("max_score"), low.index("override") if "override" in low else None
    said = [number for row in table.rows if (number := parse_number(row[most])) is not None]
    return MarkColumn(
        "Classroom 50", low.index("score"), "score", None, most, locked, max(said, default=0) or 100 * WHOLE, True
    )


def _moodle_rows(table: Table) -> bool:
    cells = [row[0] for row in table.rows if row and row[0].strip()]
    return bool(cells) and all(re.fullmatch(r"[^\d]+ ?\d+", cell.strip()) for cell in cells)


def _moodle(table: Table, low: Sequence[str]) -> MarkColumn | None:
    """Find the column before the one that holds the same maximum in every row."""
    for place in range(2, len(low)):
        numbers = {parse_number(row[place]) for row in table.rows}
        before = [row[place - 1].strip() for row in table.rows]
        fits = len(numbers) == 1 and None not in numbers and all(_mark_like(cell) for cell in before)
        if fits and (low[place - 1] in MOODLE or low[place] == "maximum grade" or place > 2):
            (most,) = numbers
            return MarkColumn("Moodle", place - 1, table.header[place - 1], most, place, _locked(table, place))
    named = [place for place, title in enumerate(low) if title in MOODLE]
    return MarkColumn("Moodle", named[0], table.header[named[0]]) if len(named) == 1 else None


def _locked(table: Table, place: int) -> int | None:
    """Return the column that says whether a grade can be changed; a workflow state may stand before it."""
    for column in range(place + 1, min(place + 3, len(table.header))):
        said = {row[column].strip().casefold() for row in table.rows} - {""}
        if said and said <= {*YES, *NO}:
            return column
    return None


def _mark_like(cell: str) -> bool:
    return cell in ("", "-") or parse_number(cell) is not None


def _canvas(table: Table, header: Sequence[str]) -> Iterator[MarkColumn]:
    possible = next((row for row in table.rows if row and row[0].startswith("   ")), None)
    for place, title in enumerate(header):
        if (match := CANVAS.match(title)) and place > 1:
            most = parse_number(possible[place]) if possible else None
            if possible is None or "(" not in possible[place]:  # "(read only)"
                yield MarkColumn("Canvas", place, match[0], most)


def parse_number(text: str) -> float | None:
    """Return a number that is written with a point or a comma; None where it is none."""
    text = text.strip().replace("\u00a0", "")
    if not re.fullmatch(r"-?\d{1,12}(?:[.,]\d+)?", text):
        return None
    return float(text.replace(",", "."))
