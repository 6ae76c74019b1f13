"""Compare a class list with what came in: who handed in nothing has a row, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from day89.course.cohort.matching import close_names, find_rows, people_in
from day89.course.cohort.people import Person
from day89.course.cohort.submissions import Intake, Source
from day89.course.cohort.tables import read_table
from day89.errors import UsageError

__all__ = ["add_roster", "complete"]


def add_roster(intake: Intake, path: Path) -> None:
    """Add a row for everybody on a class list who handed in nothing, and complete what is known of the others.

    Args:
        intake: is changed.
        path: a CSV file: a platform's roster or gradebook, or any table with names, ids, logins or addresses.

    Raises:
        UsageError: it cannot be read, or names nobody.
    """
    table = read_table(path)
    people = dict(people_in(table.header, table.rows))
    if not people:
        raise UsageError(f"{path} names nobody: its first line must say which column holds names, ids or addresses")
    there: set[int] = set()
    wanted = [[source.person, *source.members] for source in intake.sources]
    flat = find_rows([one for persons in wanted for one in persons], table.header, table.rows)
    found = iter(flat)
    strangers = []
    for number, persons in enumerate(wanted):
        matches = [next(found) for _ in persons]
        source = intake.sources[number]
        there |= {row for rows in matches for row in rows}
        if len(matches[0]) == 1 and matches[0][0] in people:
            intake.sources[number] = replace(source, person=_merged(source.person, people[matches[0][0]]))
        elif len(matches[0]) > 1:
            intake.left_out.append(f"{source.name}: several rows of {path.name} fit {source.person.shown}")
        elif not any(matches):
            strangers.append(source)
    missing = [person for row, person in people.items() if row not in there]
    for source in strangers:
        intake.left_out.append(_stranger(source, missing, path))
    intake.sources += [_absent(person, path) for person in missing]


def complete(results: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return results with what a class list knows of their people: a gradebook may know only one of two id systems.

    Args:
        results: the data of the result file.
        path: the class list.
    """
    table = read_table(path)
    listed = dict(people_in(table.header, table.rows))
    entries = results["submissions"]
    people = [Person(**{"name": one["path"], **(one.get("person") or {})}) for one in entries]
    found = find_rows(people, table.header, table.rows)
    done = [
        {**one, "person": _merged(person, listed[rows[0]]).as_json()} if len(rows) == 1 and rows[0] in listed else one
        for one, person, rows in zip(entries, people, found, strict=True)
    ]
    return {**results, "submissions": done}


def _merged(said: Person, listed: Person) -> Person:
    # The way back needs the platform's own id, so what it said stays; a squashed or missing name is replaced.
    name = listed.name if listed.name and (not said.name or " " not in said.name) else said.name
    return Person(
        name, said.id or listed.id, said.login or listed.login, said.email or listed.email, said.sid or listed.sid
    )


def _stranger(source: Source, missing: Sequence[Person], path: Path) -> str:
    near = close_names(source.person.shown, [one.shown for one in missing])
    hint = f": is it {' or '.join(near)}?" if near else ""
    return f"{source.name}: nobody in {path.name} fits {source.person.shown}{hint}"


def _absent(person: Person, path: Path) -> Source:
    message = f"nothing was handed in: {path.name} names {person.shown}, the submissions do not"
    return Source(person.shown, None, message, "no_python_file", person)
