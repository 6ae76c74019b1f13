"""Find what is inconsistent in the table of the tasks, so that whoever edits it is told in a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

__all__ = ["problems"]

FORMS = ("gaps", "bare")
OF_THE_COURSE = ("path", "points", "minutes")  # these stand in course.toml


def problems(table: Mapping[str, Any], kind: type) -> list[str]:
    """Return what is wrong with the table, a sentence each; nothing where it is consistent.

    Args:
        table: what tasks.toml holds.
        kind: the class of a task: its fields are those of a row.
    """
    rows = table.get("task")
    if not isinstance(rows, list) or not rows:
        return ["tasks.toml: there is no [[task]] in it"]
    found = [sentence for place, row in enumerate(rows, 1) for sentence in _of_row(row, place, kind)]
    for name in ("id", "function"):
        counts = Counter(str(row.get(name)) for row in rows if isinstance(row, dict))
        found += [
            f"tasks.toml: the {name} {value} stands {count} times" for value, count in counts.items() if count > 1
        ]
    return found


def _of_row(row: Any, place: int, kind: type) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"tasks.toml: task number {place} is no table"
        return
    where = f"tasks.toml, task {row.get('id', f'number {place}')}"
    known = {field.name: field for field in fields(kind) if field.name not in OF_THE_COURSE}
    required = {name for name, field in known.items() if field.default is MISSING}
    yield from (f"{where}: {name} is missing" for name in sorted(required - row.keys()))
    yield from (f"{where}: {name} is no field of a task" for name in sorted(row.keys() - known.keys()))
    if not re.fullmatch(r"\d+\.\d+", str(row.get("id"))):
        yield f"{where}: the id is a number of an exercise, a dot and a number, such as 1.3"
    if row.get("form", "bare") not in FORMS:
        yield f"{where}: the form is {row['form']!r}; it is one of {', '.join(FORMS)}"
