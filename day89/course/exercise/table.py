"""Find what is inconsistent in the table of the tasks, so that whoever edits it is told in a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

__all__ = ["problems"]

FORMS = ("gaps", "bare")


def problems(table: Mapping[str, Any], kind: type) -> list[str]:
    """Return what is wrong with the table, a sentence each; nothing where it is consistent.

    Args:
        table: what tasks.toml holds.
        kind: the class of a task: its fields are those of a row.
    """
    rows = table.get("task")
    if not isinstance(rows, list) or not rows:
        return ["tasks.toml: there is no [[task]] in it"]
    numbers = {str(one.get("number")) for one in table.get("exercise", []) if isinstance(one, dict)}
    found = [sentence for place, row in enumerate(rows, 1) for sentence in _of_row(row, place, numbers, kind)]
    for name in ("id", "function"):
        counts = Counter(str(row.get(name)) for row in rows if isinstance(row, dict))
        found += [
            f"tasks.toml: the {name} {value} stands {count} times" for value, count in counts.items() if count > 1
        ]
    ids = {row.get("id") for row in rows if isinstance(row, dict)}
    found += [
        f"tasks.toml: first_hour names {id}, which is no task" for id in table.get("first_hour", []) if id not in ids
    ]
    return found


def _of_row(row: Any, place: int, exercises: Collection[str], kind: type) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"tasks.toml: task number {place} is no table"
        return
    where = f"tasks.toml, task {row.get('id', f'number {place}')}"
    known = {field.name: field for field in fields(kind) if field.name != "path"}
    required = {name for name, field in known.items() if field.default is MISSING}
    yield from (f"{where}: {name} is missing" for name in sorted(required - row.keys()))
    yield from (f"{where}: {name} is no field of a task" for name in sorted(row.keys() - known.keys()))
    id = str(row.get("id"))
    if not re.fullmatch(r"\d+\.\d+", id):
        yield f"{where}: the id is a number of an exercise, a dot and a number, such as 1.3"
    elif id.partition(".")[0] not in exercises:
        yield f"{where}: there is no exercise {id.partition('.')[0]} in the list of exercises"
    for name in ("points", "minutes"):
        value = row.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            yield f"{where}: {name} is {value!r}; give a number above 0"
    if row.get("form", "bare") not in FORMS:
        yield f"{where}: the form is {row['form']!r}; it is one of {', '.join(FORMS)}"
