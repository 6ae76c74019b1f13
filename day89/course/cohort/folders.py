"""Find the students in folders that follow no platform's form: one row for each, and nobody twice.

A folder with an ``exercise.py`` is one student's, whatever lies below it. A folder of folders that each hold answers
is a class, or a section of it. Files of several people in one folder are told apart by their names and by what they
define.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from day89.course.cohort.listing import Member, is_junk
from day89.course.cohort.people import Person
from day89.course.cohort.pick import NEVER, examine, is_alike, is_python, owner_word

__all__ = ["Row", "rows_of"]

MAX_EXAMINED = 30
# Files that are handed in instead of a Python file; all others beside students' files are a list, a note, a log.
HANDED_IN = (".ipynb", ".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages")


@dataclass(frozen=True)
class Row:
    """What one student or folder handed in.

    Attributes:
        name: path of the folder or file.
        person: who that is, as far as the path says.
        files: the members, each with its path below.
        notes: what a teacher should know.
    """

    name: str
    person: Person
    files: tuple[tuple[Member, str], ...]
    notes: tuple[str, ...] = ()


@dataclass
class Folder:
    """A folder in the tree of what was given."""

    parts: tuple[str, ...]
    files: list[Member] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)
    junk: list[Member] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parts[-1] if self.parts else ""

    def everything(self) -> Iterator[Member]:
        """Yield the members in it, at any depth."""
        yield from self.files
        yield from self.junk
        for one in self.folders.values():
            yield from one.everything()


def _tree(members: Sequence[Member]) -> Folder:
    root = Folder(())
    for member in members:
        parts = member.parts
        end = next((place for place in range(len(parts)) if is_junk(parts[: place + 1])), None)
        here = root
        for part in parts[: end if end is not None else len(parts) - (not member.is_folder)]:
            here = here.folders.setdefault(part, Folder((*here.parts, part)))
        if end is not None:
            here.junk.append(member)
        elif not member.is_folder:
            here.files.append(member)
    return root


def rows_of(members: Sequence[Member], archive: str) -> tuple[list[Row], list[str]]:
    """Return one row for each student or folder.

    Args:
        members: what was given.
        archive: name of the zip or folder.

    Returns:
        The rows, and the names of files that nobody handed in: lists, notes and logs beside the students.
    """
    top = _tree(members)
    while not top.files and len(top.folders) == 1:
        (top,) = top.folders.values()
    if _is_one_student(top):
        if top.parts or top.folders or _handed_in(top.files):
            return [_row(top)], []
        return [], [one.name for one in top.files]
    drive = archive.lower().startswith("drive-download")
    rows, left = _loose(top, drive=drive)
    return [*rows, *_sections(list(top.folders.values()))], left


def _is_one_student(top: Folder) -> bool:
    homes = [one for one in top.folders.values() if any(is_alike(file.name) for file in one.files)]
    if any(is_alike(one.name) for one in top.files):
        return len(homes) < 2 and not _several(top.files, top=True)
    return not top.folders and not _several(top.files, top=True) and len(_handed_in(top.files)) <= 1


def _handed_in(files: Sequence[Member]) -> list[Member]:
    return [one for one in files if is_python(one.name) or one.name.lower().endswith(HANDED_IN) or one.problem]


def _several(files: Sequence[Member], *, top: bool) -> bool:
    """Return whether files in one folder are those of several people.

    They are where at least two define the same functions of the course and bear different names. At the top of what
    was given, names will do.
    """
    sources = [one for one in files if is_python(one.name) and not NEVER.match(PurePosixPath(one.name).stem)]
    words = {owner_word(one.file) for one in sources}
    if len(words) < 2 or (not top and any(is_alike(one.name) for one in sources)):
        return False
    found = [(owner_word(one.file), examine(one, one.file)) for one in sources[:MAX_EXAMINED]]
    holders = [(word, one) for word, one in found if one.functions]
    if not holders:
        return top and "" not in words
    by_word = {
        word: frozenset().union(*(one.functions for other, one in holders if other == word)) for word, _ in holders
    }
    return sum(map(len, by_word.values())) > len(frozenset().union(*by_word.values()))


def _loose(top: Folder, *, drive: bool = False) -> tuple[list[Row], list[str]]:
    """Return rows for the files that lie beside students' folders, or in one folder for all of them."""
    groups: dict[str, list[Member]] = {}
    left = []
    for number, one in enumerate(top.files):
        if _handed_in([one]):
            word = owner_word(one.file) if is_python(one.name) and not drive else ""
            groups.setdefault(word or f"\0{number}", []).append(one)
        else:
            left.append(one.name)
    return [
        Row(files[0].name, _person_of_file(files[0].file), tuple((one, one.file) for one in files))
        for files in groups.values()
    ], left


def _person_of_file(file: str) -> Person:
    stem = PurePosixPath(file).stem.removesuffix(".py")
    pieces = [piece.strip() for piece in stem.split(" - ")]
    named = [piece for piece in pieces if owner_word(piece)]
    return _person(named[0]) if named else Person()


def _person(word: str) -> Person:
    if "@" in word:
        return Person(email=word, login=word)
    return Person(word) if " " in word else Person(word, login=word)


def _row(folder: Folder, person: str | None = None) -> Row:
    depth = len(folder.parts)
    files = tuple((one, "/".join(one.parts[depth:])) for one in folder.everything())
    word = (person or folder.name).removesuffix(".zip").removesuffix(".ZIP")
    return Row("/".join(folder.parts), _person(word) if word else Person(), files)


def _sections(folders: Sequence[Folder]) -> list[Row]:
    """Return the rows of folders of which each is a student, or a section of students."""
    found = [_students(one) for one in folders]
    if any(len(rows) > 1 for rows in found):  # sections: one of them may have a single student
        found = [
            [_row(inner) for inner in one.folders.values()]
            if len(rows) == 1 and one.folders and not one.files
            else rows
            for one, rows in zip(folders, found, strict=True)
        ]
    return [row for rows in found for row in rows]


def _students(folder: Folder) -> list[Row]:
    if any(is_alike(one.name) for one in folder.files):
        return [_row(folder)]
    if _several(folder.files, top=False):
        rows, _ = _loose(folder)
        return [*rows, *_sections([one for one in folder.folders.values() if _holds_answers(one)])]
    people = [one for one in folder.folders.values() if owner_word(one.name) and _holds_answers(one)]
    if len(people) < 2 or "day89" in folder.folders:
        return [_row(folder)]
    rows, _ = _loose(folder)
    return [*rows, *_sections(list(folder.folders.values()))]


def _holds_answers(folder: Folder) -> bool:
    files = [one for one in folder.everything() if not is_junk(one.parts)]
    if any(is_alike(one.name) or one.name.lower().endswith(HANDED_IN) for one in files):
        return True
    sources = [one for one in files if is_python(one.name) and not NEVER.match(PurePosixPath(one.name).stem)]
    return any(examine(one, one.file).functions for one in sources[:MAX_EXAMINED])
