"""Read the exports that list who is who, or say it by folders: Gradescope, Classroom 50, GitHub, nbgrader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from day89.course.cohort.layout import Label, Layout
from day89.course.cohort.listing import DAMAGE, Member
from day89.course.cohort.people import Person
from day89.course.cohort.times import iso_time

__all__ = ["classroom50", "github_classroom", "gradescope", "nbgrader"]

MAX_LIST_BYTES = 16 * 1024 * 1024


def _text(member: Member, limit: int = MAX_LIST_BYTES) -> str:
    return member.read(limit).decode("utf-8-sig", "replace")


def _base(member: Member) -> tuple[str, ...]:
    return member.parts[:-1]


def _below(members: Sequence[Member], base: tuple[str, ...]) -> dict[str, list[tuple[Member, str]]]:
    """Return the folders directly below a folder: name to its members, each with the path below."""
    found: dict[str, list[tuple[Member, str]]] = {}
    depth = len(base)
    for member in members:
        if member.parts[:depth] == base and len(member.parts) > depth + (not member.is_folder):
            found.setdefault(member.parts[depth], []).append((member, "/".join(member.parts[depth + 1 :])))
    return found


def gradescope(members: Sequence[Member], archive: str) -> Layout | None:
    """Read ``submission_metadata.yml`` with ``submission_345001/...`` beside it."""
    lists = [one for one in members if one.file == "submission_metadata.yml"]
    lists = [one for one in lists if any(name.startswith("submission_") for name in _below(members, _base(one)))]
    if not lists:
        return None
    listed = min(lists, key=lambda one: len(one.parts))
    folders = _below(members, _base(listed))
    notes = []
    try:
        said = yaml.load(_text(listed), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        if not isinstance(said, dict):
            raise ValueError("it is no mapping")
    except (yaml.YAMLError, ValueError, RecursionError, *DAMAGE) as error:
        said = {}
        notes.append(f"{listed.name} cannot be read ({' '.join(str(error).split())[:120]}): people are not known")
    labels: dict[str, Label] = {}
    for folder, below in folders.items():
        if folder in said or folder.startswith("submission_"):
            label = _gradescope_label(folder, said.get(folder))
            labels |= {member.name: _with_rest(label, rest) for member, rest in below}
    absent = tuple(_gradescope_label(folder, one) for folder, one in said.items() if folder not in folders)
    return Layout("Gradescope", labels, absent, frozenset({listed.name}), tuple(notes))


def _with_rest(label: Label, rest: str) -> Label:
    return replace(label, rest=rest)


def _gradescope_label(folder: str, said: Any) -> Label:
    said = said if isinstance(said, Mapping) else {}
    submitters = said.get(":submitters") or ()
    people = tuple(
        Person(_word(one.get(":name")), sid=_word(one.get(":sid")), email=_word(one.get(":email")))
        for one in submitters
        if isinstance(one, Mapping)
    )
    when = said.get(":created_at")
    earlier = {str(one.get(":id")) for one in said.get(":history") or () if isinstance(one, Mapping)}
    number = len(earlier | {str(folder).removeprefix("submission_")}) if earlier else None
    person = people[0] if people else Person(id=str(folder).removeprefix("submission_"))
    team = ", ".join(one.shown for one in people) if len(people) > 1 else None
    return Label(
        str(folder), person, "", team, number=number, when=_when(when), members=people if len(people) > 1 else ()
    )


def _when(value: Any) -> str | None:
    return None if value is None else iso_time(str(value))


def _word(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def classroom50(members: Sequence[Member], archive: str) -> Layout | None:
    """Read ``classroom-assignment-login/`` folders, with ``scores.csv`` above or ``result.json`` inside."""
    results = [one for one in members if one.file == "result.json" and len(one.parts) > 1 and _is_result(one)]
    scores = [one for one in members if one.file == "scores.csv" and _rows(one) and "submission_tag" in _rows(one)[0]]
    if not results and not scores:
        return None
    base = _base(min(scores, key=lambda one: len(one.parts))) if scores else _base(results[0])[:-1]
    rows = {row["username"]: row for row in _rows(scores[0]) if row.get("username")} if scores else {}
    folders = _below(members, base)
    prefixes = {f"{said['classroom']}-{said['assignment']}-" for one in results if (said := _is_result(one))}
    prefixes |= {folder.removesuffix(login) for folder in folders for login in rows if folder.endswith(f"-{login}")}
    labels: dict[str, Label] = {}
    for folder, below in folders.items():
        prefix = max((one for one in prefixes if folder.startswith(one) and folder != one), key=len, default="")
        if not prefix:
            continue
        login = folder.removeprefix(prefix)
        label = _classroom50_label(login, rows.get(login, {}))
        labels |= {member.name: _with_rest(label, rest) for member, rest in below}
    there = {label.key for label in labels.values()}
    absent = tuple(_classroom50_label(login, row) for login, row in rows.items() if login not in there)
    return Layout("Classroom 50", labels, absent, frozenset(one.name for one in [*scores, *results]))


def _is_result(member: Member) -> dict[str, Any]:
    try:
        said = json.loads(_text(member, 1 << 20))
    except (ValueError, RecursionError, *DAMAGE):
        return {}
    fits = isinstance(said, dict) and str(said.get("schema", "")).startswith("classroom50/")
    return said if fits and said.get("classroom") and said.get("assignment") else {}


def _rows(member: Member) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(_text(member))))
    except (csv.Error, *DAMAGE):
        return []


def _classroom50_label(login: str, row: Mapping[str, str]) -> Label:
    late = {"true": "yes", "false": "no"}.get((row.get("late") or "").lower(), "unknown")
    return Label(login, Person(login=login), "", when=iso_time(row.get("datetime") or ""), late=late)


def github_classroom(members: Sequence[Member], archive: str) -> Layout | None:
    """Read ``slug-submissions/slug-login/...`` as ``gh classroom clone`` leaves it."""
    given = (archive,)
    for base in sorted({one.parts[:depth] for one in members for depth in range(min(len(one.parts), 4))}, key=len):
        name = (given + base)[-1]
        if not name.endswith("-submissions"):
            continue
        slug = name.removesuffix("submissions")
        labels = {
            member.name: Label(folder, Person(login=folder.removeprefix(slug)), rest)
            for folder, below in _below(members, base).items()
            if folder.startswith(slug) and folder != slug
            for member, rest in below
        }
        if labels:
            return Layout("GitHub Classroom", labels)
    return None


def nbgrader(members: Sequence[Member], archive: str) -> Layout | None:
    """Read ``submitted/student/assignment/...``; ``timestamp.txt`` is UTC where it names no zone."""
    stamps = {_base(one): one for one in members if one.file == "timestamp.txt" and len(one.parts) >= 3}
    bases = {base[:-2] for base in stamps}
    bases |= {
        one.parts[:depth]
        for one in members
        for depth in range(min(len(one.parts), 4))
        if (archive, *one.parts[:depth])[-1] == "submitted"
    }
    if not bases:
        return None
    base = min(bases, key=len)
    direct = [one for one in members if len(one.parts) == len(base) + 2 and not one.is_folder]
    if direct and not stamps:
        return None  # students' own files one level up: some other folder that is called so
    labels = {}
    for student, below in _below(members, base).items():
        for member, rest in below:
            if not rest and any(inner for _, inner in below):
                continue
            if "/" not in rest and not member.is_folder:
                labels[member.name] = Label(student, Person(login=student), rest)
                continue
            assignment, _, inner = rest.partition("/")
            stamp = stamps.get((*base, student, assignment))
            when = _nbgrader_time(stamp) if stamp else None
            key = f"{student}/{assignment}" if assignment else student
            labels[member.name] = Label(key, Person(login=student), inner, when=when)
    own = frozenset(one.name for one in stamps.values())
    return Layout("nbgrader", labels, own=own)


def _nbgrader_time(member: Member) -> str | None:
    try:
        text = _text(member, 200).strip()
    except DAMAGE:
        return None
    when = iso_time(text)
    return f"{when}+00:00" if when and len(text.split()) < 3 and "+" not in when[10:] else when
