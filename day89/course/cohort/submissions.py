"""Find the submissions that a command line names: a file, a folder, a zip from a platform, or a list of those.

Every student or folder has one row, also where there is nothing to grade in it, and every choice is told. Nothing is
followed and nothing is extracted by name: a zip's members are read as bytes, up to the size that a submission may have,
and kept in files that we name ourselves.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from day89.course.cohort.folders import Row, rows_of
from day89.course.cohort.layout import Label, Layout
from day89.course.cohort.layouts import by_regex, read_layout
from day89.course.cohort.listing import DAMAGE, Member, forget, is_junk, list_folder, list_zip
from day89.course.cohort.people import Person
from day89.course.cohort.pick import EXPECTED, choose_file
from day89.course.exercise.submission import MAX_BYTES
from day89.errors import UsageError

__all__ = ["Intake", "Source", "find", "is_cohort", "take_in"]

LISTS = (".txt", ".lst")
SHOWN = 5


@dataclass(frozen=True)
class Source:
    """One row: what a student or a group handed in.

    Attributes:
        name: of the file that is graded, relative to the folder, zip or list that was given; else of what was found.
        path: the file that holds it, or None where there is nothing to read.
        problem: why there is nothing to read, or None.
        status: of a row without anything to read: ``unreadable`` or ``no_python_file``.
        person: who it is, as far as the platform says.
        group: the group that it was handed in for.
        members: everybody in the group, where the platform says it.
        attempt: number of the attempt, where that is known.
        submitted_at: its time in ISO format; with an offset only where the platform says one.
        late: ``yes``, ``no`` or ``unknown``.
        others: names of the attempts that do not count.
        where: the name in the archive byte for byte, for the way back.
        notes: what a teacher should know.
    """

    name: str
    path: Path | None
    problem: str | None = None
    status: str = "unreadable"
    person: Person = field(default_factory=Person)
    group: str | None = None
    members: tuple[Person, ...] = ()
    attempt: int | None = None
    submitted_at: str | None = None
    late: str = "unknown"
    others: tuple[str, ...] = ()
    where: str | None = None
    notes: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return what the result file says of the row beside its verdict."""
        return {
            "person": self.person.as_json(),
            "group": self.group,
            "members": [one.as_json() for one in self.members],
            "attempt": self.attempt,
            "submitted_at": self.submitted_at,
            "late": self.late,
            "others": list(self.others),
            "where": self.where,
            "notes": list(self.notes),
        }


@dataclass
class Intake:
    """What was found on the way in.

    Attributes:
        sources: one for each student or folder.
        layouts: what was given, and which platform's form it has.
        left_out: files that nobody handed in, each with the reason.
    """

    sources: list[Source] = field(default_factory=list)
    layouts: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def is_cohort(paths: Sequence[str]) -> bool:
    """Return whether the paths name more than one person's own file."""
    return len(paths) != 1 or not paths[0].endswith(".py") or Path(paths[0]).is_dir()


def find(paths: Iterable[str], scratch: Path) -> list[Source]:
    """Return one source for each student or folder; see ``take_in``."""
    return take_in(paths, scratch).sources


def take_in(paths: Iterable[str], scratch: Path, *, names: str | None = None, encoding: str | None = None) -> Intake:
    """Find every submission.

    Args:
        paths: files, folders, zips, lists (``.txt``: one path a line, relative to the list).
        scratch: an empty folder for what is read out of zips.
        names: a regular expression that reads who it is from a path, for forms that are not known.
        encoding: of names in zips that do not say theirs; None tries UTF-8, then cp437.

    Returns:
        The rows, sorted by name within each path, and what was noticed. Two of the same name are both there.

    Raises:
        UsageError: a path does not exist, is no zip, or holds no submission; the expression or encoding is wrong.
    """
    _check_encoding(encoding)
    intake = Intake()
    for number, path in enumerate(paths):
        _look(Path(path), scratch / f"{number:04d}", intake, names, encoding)
    forget()
    if not intake.sources:
        raise UsageError("no submission was named: give a file, a folder, a zip or a list")
    return intake


def _check_encoding(encoding: str | None) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise UsageError(f"--zip-encoding: Python knows no encoding {encoding}; try cp1252, cp850 or cp932") from None


def _look(path: Path, scratch: Path, intake: Intake, names: str | None, encoding: str | None) -> None:
    if path.is_dir():
        _take(list_folder(path, encoding), path, scratch, intake, names)
    elif path.suffix.lower() == ".zip":
        _take(list_zip(path, encoding), path, scratch, intake, names)
    elif path.suffix.lower() in LISTS:
        for number, inner in enumerate(_listed(path)):
            _look(inner, scratch / f"{number:06d}", intake, names, encoding)
    else:  # whether it can be read is part of its verdict
        intake.sources.append(Source(str(path), path, where=str(path)))


def _listed(path: Path) -> Iterator[Path]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a list of paths: {error}") from None
    for number, line in enumerate(line.strip() for line in lines):
        if line and not line.startswith("#"):
            inner = path.parent / line
            if inner.suffix.lower() in LISTS:
                raise UsageError(f"{path} line {number + 1}: a list cannot name another list")
            yield inner


def _take(members: list[Member], path: Path, scratch: Path, intake: Intake, names: str | None) -> None:
    archive = path.resolve().name
    layout = by_regex(members, names) if names else read_layout(members, archive)
    intake.layouts.append((str(path), layout.name))
    intake.left_out += layout.notes
    if any(one.guessed for one in members):
        intake.left_out.append(f"names in {path} do not say their encoding: where they look wrong, give --zip-encoding")
    sources = [_labelled(rows, scratch / f"{number:06d}") for number, rows in enumerate(_by_key(members, layout))]
    sources += [_absent(label, layout.name) for label in layout.absent]
    rest = _unlabelled(members, layout)
    rows, left = rows_of(rest, archive) if not layout.labels or _handed_in(rest) else ([], _files(rest))
    for number, row in enumerate(rows):
        notes = (f"{row.name} does not follow the names of {layout.name}: the path has to do",) if layout.labels else ()
        sources.append(_plain(row, scratch / f"p{number:06d}", notes))
    intake.left_out += [f"{name} was not graded: it belongs to no student" for name in left]
    if not sources:
        raise UsageError(f"{path} holds no submission: no {EXPECTED} and no other Python file was found in it")
    intake.sources += sorted(sources, key=lambda one: one.name)


def _unlabelled(members: Sequence[Member], layout: Layout) -> list[Member]:
    known = {"/".join(PurePosixPath(name).parts[:depth]) for name in layout.labels for depth in range(1, 8)}
    return [
        one
        for one in members
        if one.name not in layout.labels and one.name not in layout.own and not (one.is_folder and one.name in known)
    ]


def _handed_in(members: Sequence[Member]) -> bool:
    return bool(_files(members))


def _files(members: Sequence[Member]) -> list[str]:
    return [one.name for one in members if not one.is_folder and not is_junk(one.parts)]


def _by_key(members: Sequence[Member], layout: Layout) -> list[list[tuple[Member, Label]]]:
    found: dict[str, list[tuple[Member, Label]]] = {}
    for member in members:
        if label := layout.labels.get(member.name):
            own = member.name in layout.own
            found.setdefault(label.key, []).append((member, replace(label, rest="") if own else label))
    return list(found.values())


def _labelled(found: list[tuple[Member, Label]], scratch: Path) -> Source:
    """Return the row of one student: the newest attempt counts."""
    attempts: dict[str, list[tuple[Member, Label]]] = {}
    found = sorted(found, key=lambda pair: pair[0].is_folder or not pair[1].rest)
    for member, label in found:
        attempts.setdefault(label.attempt, []).append((member, label))
    # Without a time or a number the order in the export has to do: sorting keeps it.
    ordered = sorted(attempts.values(), key=lambda pairs: (pairs[0][1].when or "", pairs[0][1].order))
    newest = ordered[-1]
    label = next((one for _, one in newest if one.person.name), newest[0][1])
    files = [(member, one.rest or member.file) for member, one in newest if one.rest]
    number = label.number or (len(ordered) if len(ordered) > 1 else None)
    others = tuple(pairs[0][0].name for pairs in ordered[:-1])
    notes = tuple(f"{name} is an earlier attempt: the newest counts" for name in others)
    if len(ordered) > 1 and any(pairs[0][1].when is None and not pairs[0][1].order for pairs in ordered):
        notes += ("the attempts have no time that was understood: the last one in the export was taken",)
    return _chosen(
        newest[0][0].name if not files else files[0][0].name,
        files,
        scratch,
        notes=notes,
        person=label.person,
        group=label.group,
        members=label.members,
        attempt=number,
        submitted_at=label.when,
        late=label.late,
        others=others,
        where=newest[0][0].where,
    )


def _absent(label: Label, layout: str) -> Source:
    return Source(
        label.person.shown,
        None,
        f"nothing was handed in: {layout} names {label.person.shown}, without a file",
        "no_python_file",
        label.person,
        label.group,
        label.members,
        late=label.late,
    )


def _plain(row: Row, scratch: Path, notes: tuple[str, ...]) -> Source:
    where = row.files[0][0].where if row.files else row.name
    return _chosen(row.name, list(row.files), scratch, notes=(*row.notes, *notes), person=row.person, where=where)


def _chosen(name: str, files: list[tuple[Member, str]], scratch: Path, **facts: Any) -> Source:
    notes = tuple(facts.pop("notes", ())) + tuple(note for member, _ in files for note in member.notes)
    choice = choose_file(files)
    if choice is None:
        found = [rest for member, rest in files if not member.is_folder]
        return Source(name, None, _nothing(files, found), "no_python_file", notes=notes, **facts)
    member, reason = choice
    facts["where"] = member.where
    left = [rest for other, rest in files if other is not member and not other.is_folder and not _is_hidden(rest)]
    taken = next(rest for other, rest in files if other is member)
    if reason:
        notes += (reason,)
    if not member.name.endswith(".py"):
        notes += (f"{taken} is graded as Python, whatever its name ends in",)
    if left:
        notes += (f"not graded, because {taken} is the submission: {_some(left)}",)
    if member.problem:
        return Source(member.name, None, member.problem, notes=notes, **facts)
    if member.path is not None:
        return Source(member.name, member.path, notes=notes, **facts)
    return _extracted(member, scratch, notes, facts)


def _extracted(member: Member, scratch: Path, notes: tuple[str, ...], facts: dict[str, Any]) -> Source:
    try:
        data = member.read(MAX_BYTES + 1)  # one byte too many says that it is too large, a bomb or not
    except DAMAGE as error:
        problem = f"{member.name} is damaged inside the zip ({error}): pack it again"
        return Source(member.name, None, problem, notes=notes, **facts)
    scratch.mkdir(parents=True)
    path = scratch / EXPECTED
    path.write_bytes(data)
    return Source(member.name, path, notes=notes, **facts)


def _is_hidden(rest: str) -> bool:
    return is_junk(tuple(rest.split("/")))


def _nothing(files: list[tuple[Member, str]], found: list[str]) -> str:
    problems = [member.problem for member, _ in files if member.problem]
    if problems:
        return f"there is no Python file: {problems[0]}"
    seen = [rest for rest in found if not _is_hidden(rest)] or found
    if not seen:
        return "there is no Python file: the folder is empty"
    ends = {rest.rsplit(".", 1)[-1].lower() for rest in seen}
    advice = ""
    if "ipynb" in ends:
        advice = "; a notebook is not graded: export it as a Python script, or copy the answers into exercise.py"
    elif "html" in ends:
        advice = "; text or a link that was typed into the form is not graded: hand in the file itself"
    return f"there is no Python file, only {_some(seen)}{advice}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"
