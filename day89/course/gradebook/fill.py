"""Write marks into one column of a table that a platform exported, and leave every other byte as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from day89.course.cohort.matching import close_names, find_rows
from day89.course.cohort.people import Person
from day89.course.cohort.tables import Table
from day89.course.gradebook.columns import CANVAS, NO, YES, MarkColumn, parse_number
from day89.errors import UsageError

__all__ = ["Filled", "fill"]

EMPTY = ("", "-", "–")


@dataclass
class Filled:
    """What became of each row and each submission.

    Attributes:
        data: the table with its marks.
        filled: who got which mark.
        without_submission: rows for whom nothing was handed in.
        without_row: submissions for whom there is no row.
        ambiguous: submissions that fit several rows, or rows that fit several submissions.
        kept: rows whose mark was not touched, and why.
        not_judged: submissions without a whole verdict: no mark is better than a wrong one.
    """

    data: bytes = b""
    filled: list[str] = field(default_factory=list)
    without_submission: list[str] = field(default_factory=list)
    without_row: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    not_judged: list[str] = field(default_factory=list)


def fill(table: Table, results: Mapping[str, Any], column: MarkColumn, *, out_of: float | None = None) -> Filled:
    """Fill one column.

    Args:
        table: the platform's own export.
        results: the data of the result file.
        column: where the marks go.
        out_of: what full marks are in the column; None takes points as they are.

    Returns:
        The new table and what became of everybody.

    Raises:
        UsageError: full marks of the column are not those of the results, and ``out_of`` does not say what is meant.
    """
    done = Filled()
    entries = [one for one in results["submissions"] if _handed_in(one)]
    _check_maximum(column, entries, out_of)
    matches = _matches(table, entries, column, done)
    values: dict[tuple[int, int], str] = {}
    for row, line in enumerate(table.rows):
        if not any(cell.strip() for cell in line):
            continue
        if len(table.lines[row + 1]) <= column.index:
            done.kept.append(f"{_who(line, column)}: this row ends before the column")
            continue
        if row in matches:
            one = entries[matches[row]]
            value = _written(one, table, column, row, out_of)
            _put(values, done, row, line, column, value, one)
        elif not _is_maximum(line) and _is_person(table, line, column):
            done.without_submission.append(_who(line, column))
    done.data = table.replaced(values)
    return done


def _handed_in(one: Mapping[str, Any]) -> bool:
    """Return whether there is something to mark: a name on a class list alone is not."""
    return one["status"] != "no_python_file" or one.get("where") is not None


def _check_maximum(column: MarkColumn, entries: Sequence[Mapping[str, Any]], out_of: float | None) -> None:
    most = max((one["max_score"] for one in entries), default=0.0)
    if out_of is None and column.scale is None and column.maximum and most and column.maximum != most:
        raise UsageError(
            f"the column {column.title} takes {column.maximum:g} points, the results are out of {most:g}: "
            f"say --out-of {column.maximum:g} to scale them, or correct the column on the platform"
        )


def _matches(table: Table, entries: Sequence[Mapping[str, Any]], column: MarkColumn, done: Filled) -> dict[int, int]:
    """Return row to submission, one to one but for groups."""
    skip = {place for place, title in enumerate(table.header) if CANVAS.match(title)} | {column.index}
    skip |= {column.row_maximum} if column.row_maximum is not None else set()
    people = [_people(one) for one in entries]
    flat = iter(find_rows([person for some in people for person in some], table.header, table.rows, skip))
    wanted: list[tuple[int, int]] = []
    for number, some in enumerate(people):
        found = [next(flat) for _ in some]
        one = entries[number]
        if rows := _group_rows(table, one.get("group")):
            wanted += [(row, number) for row in rows]
            continue
        for person, rows in zip(some, found, strict=True):
            if len(rows) == 1:
                wanted.append((rows[0], number))
            elif rows:
                shown = "; ".join(_who(table.rows[row], column) for row in rows)
                done.ambiguous.append(f"{one['path']}: {person.shown} fits {len(rows)} rows: {shown}")
        if not any(found):
            near = close_names(some[0].shown, [_who(row, column) for row in table.rows])
            hint = f": is it {' or '.join(near)}?" if near else ""
            done.without_row.append(f"{one['path']}: {some[0].shown}{hint}")
    wanted = list(dict.fromkeys(wanted))
    times = Counter(row for row, _ in wanted)
    for row in (row for row, count in times.items() if count > 1):
        names = ", ".join(entries[number]["path"] for other, number in wanted if other == row)
        done.ambiguous.append(f"{_who(table.rows[row], column)} fits several submissions: {names}")
    return {row: number for row, number in wanted if times[row] == 1}


def _person(said: Mapping[str, Any]) -> Person:
    return Person(*(said.get(key) for key in ("name", "id", "login", "email", "sid")))


def _people(one: Mapping[str, Any]) -> list[Person]:
    if one.get("group") and not one.get("members"):  # its number is no student's
        return [Person(str(one["group"]))]
    return [_person(one.get("person") or {"name": one["path"]}), *map(_person, one.get("members") or ())]


def _group_rows(table: Table, group: str | None) -> list[int]:
    """Return the rows that name a group in some cell; each member of it gets its mark."""
    if not group:
        return []
    wanted = group.strip().casefold()
    return [number for number, row in enumerate(table.rows) if any(cell.strip().casefold() == wanted for cell in row)]


def _written(one: Mapping[str, Any], table: Table, column: MarkColumn, row: int, out_of: float | None) -> str | None:
    """Return the mark as the table writes numbers; None where there is no whole verdict."""
    if one["status"] == "tool_error" or any(
        check.get("status") == "not_judged" or check.get("outcome") == "tool_error"
        for task in one["tasks"]
        for check in task["checks"]
    ):
        return None
    own = parse_number(table.rows[row][column.row_maximum]) if column.row_maximum is not None else None
    full = out_of or (own or column.scale if column.scale else None)
    mark = one["score"] * full / one["max_score"] if full and one["max_score"] else one["score"]
    text = f"{mark + 1e-9:.0f}" if column.whole else f"{mark + 1e-9:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if _decimal_comma(table, column) else text


def _decimal_comma(table: Table, column: MarkColumn) -> bool:
    marks = [row[place] for row in table.rows for place in {column.index, column.row_maximum} if place is not None]
    if any("," in mark and parse_number(mark) is not None for mark in marks):
        return True
    return table.delimiter == ";" and not any("." in mark and parse_number(mark) is not None for mark in marks)


def _put(
    values: dict[tuple[int, int], str],
    done: Filled,
    row: int,
    line: Sequence[str],
    column: MarkColumn,
    value: str | None,
    one: Mapping[str, Any],
) -> None:
    who, before = _who(line, column), line[column.index].strip()
    if value is None:
        done.not_judged.append(f"{who}: {one['path']}")
    elif column.locked is not None and _is_locked(column, line[column.locked]):
        done.kept.append(f"{who}: {before or 'no mark'}, as the table says that it is not to be changed")
    elif before not in EMPTY and parse_number(before) is None:
        done.kept.append(f"{who}: {before} is no number, but a decision")
    else:
        values[row, column.index] = value
        what = "" if one["status"] == "graded" else f" ({one['status'].replace('_', ' ')})"
        changed = parse_number(before)
        was = f" (was {before})" if changed is not None and changed != parse_number(value) else ""
        late = ", late" if one.get("late") == "yes" else ""
        done.filled.append(f"{who}: {value}{was}{what}{late}")


def _is_locked(column: MarkColumn, cell: str) -> bool:
    word = cell.strip().casefold()
    return word in YES if column.platform == "Classroom 50" else word in NO


def _is_maximum(line: Sequence[str]) -> bool:
    return line[0].startswith("   ")


def _is_person(table: Table, line: Sequence[str], column: MarkColumn) -> bool:
    """Return whether a row is a person's: those of Canvas that say how marks are posted have no name."""
    return bool(line[0].strip()) or column.platform != "Canvas"


def _who(line: Sequence[str], column: MarkColumn) -> str:
    cells = [cell.strip() for place, cell in enumerate(line) if cell.strip() and place != column.index]
    return " ".join(cells[:2])
