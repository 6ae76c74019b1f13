"""Choose the file to grade among those of one student, and find the students in folders that follow no form.

The rules, told beside each choice that they make: below a folder with an ``exercise.py`` nothing else is looked at; a
copy such as ``exercise (1).py`` beside it wins where more tasks were begun in it; where no ``exercise.py`` was begun,
the Python file with the most tasks begun is taken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from day89.course.cohort.listing import DAMAGE, Member, is_junk
from day89.course.exercise.submission import MAX_BYTES, parse, stubs
from day89.course.exercise.tasks import tasks

__all__ = ["EXPECTED", "Candidate", "choose_file", "examine", "is_alike", "is_python", "is_source", "owner_word"]

EXPECTED = "exercise.py"
MAX_EXAMINED = 100
PYTHON = re.compile(r"(?P<stem>.*)\.pyw?(?:\.txt)?$", re.I | re.S)
NEVER = re.compile(r"(test_.*|.*_test|conftest|setup|__init__|__main__)$", re.I)
# Words that students and machines add to the name of a file that they hand in again.
NOISE = {
    *("exercise", "exercises", "day89", "copy", "of", "my", "the", "final", "new", "old", "version", "ver", "v", "py"),
    *("fixed", "latest", "last", "backup", "bak", "submission", "submit", "answer", "answers", "homework", "hw", "lab"),
    *("s3", "ec2", "aws", "kopie", "von", "copie", "de", "copia", "neu", "part", "task", "tasks", "solution", "main"),
    *(
        "src",
        "code",
        "source",
        "work",
        "working",
        "files",
        "attempt",
        "master",
        "test",
        "tests",
        "data",
        "docs",
        "build",
    ),
}


def is_python(name: str) -> bool:
    """Return whether a file name is one of a Python source, in any case, also with ``.txt`` behind it."""
    return PYTHON.match(name) is not None


def owner_word(name: str) -> str:
    """Return what is left of a file's or folder's name without the words that name no person, such as ``copy (1)``."""
    match = PYTHON.match(name)
    words = re.findall(r"[^\W\d_]+|\d{4,}", (match["stem"] if match else name).casefold())  # a long number is an id
    return " ".join(word for word in words if word not in NOISE)


@dataclass(frozen=True)
class Candidate:
    """A file that may be the submission.

    Attributes:
        member: the file.
        rest: its path below the student's folder.
        functions: functions of the course that it defines.
        begun: those that are more than the stub; where it is no Python, 1: somebody has written into it.
    """

    member: Member
    rest: str
    functions: frozenset[str]
    begun: int

    @property
    def file(self) -> str:
        """Its own name."""
        return self.rest.rsplit("/", 1)[-1]

    @property
    def depth(self) -> int:
        """How many folders deep it lies."""
        return self.rest.count("/")

    @property
    def exact(self) -> bool:
        """Whether it is called ``exercise.py``."""
        return self.file.lower() == EXPECTED


@cache
def _functions() -> frozenset[str]:
    return frozenset(task.function for task in tasks())


def examine(member: Member, rest: str) -> Candidate:
    """Read a Python file and return what of the course it holds.

    Args:
        member: the file.
        rest: its path below the student's folder.
    """
    if member.problem:
        return Candidate(member, rest, frozenset(), 0)
    try:
        data = member.read(MAX_BYTES)
        tree = parse(data, rest)
    except (SyntaxError, ValueError, RecursionError, MemoryError, *DAMAGE):
        return Candidate(member, rest, frozenset(), int("exercise" in rest.lower()))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    functions = defined & _functions()
    return Candidate(member, rest, frozenset(functions), len(functions - stubs(tree, functions)))


def choose_file(files: Sequence[tuple[Member, str]]) -> tuple[Member, str] | None:
    """Choose the submission among a student's files.

    Args:
        files: each with its path below the student's folder.

    Returns:
        The file and why it was taken, "" where nothing was to be chosen; None where there is no Python file.
    """
    found = [(member, rest) for member, rest in files if is_source(member, rest)]
    if len(found) < 2:  # nothing to compare: it is not even read
        return (found[0][0], "") if found else None
    near = [examine(member, rest) for member, rest in _near(found)[:MAX_EXAMINED]]
    chosen = max(near, key=_merit, default=None)
    if chosen is None or not chosen.begun:
        courses = {rest.removesuffix("day89/__init__.py") for _, rest in found if rest.endswith("day89/__init__.py")}
        known = {one.rest for one in near}
        others = [
            examine(member, rest)
            for member, rest in sorted(found, key=lambda pair: pair[1].count("/"))[:MAX_EXAMINED]
            if rest not in known and not _is_of_the_course(rest, courses)
        ]
        chosen = max([one for one in others if one.functions and one.begun], key=_merit, default=chosen)
        near = [*near, *others]
    chosen = chosen or max(near or [examine(*found[0])], key=_merit)
    return chosen.member, _reason(chosen, near)


def is_source(member: Member, rest: str) -> bool:
    """Return whether a member is a Python file that somebody wrote."""
    return is_python(rest) and not member.is_folder and not is_junk(tuple(rest.split("/")))


def _near(found: Sequence[tuple[Member, str]]) -> list[tuple[Member, str]]:
    """Return the highest exercise.py, and the copies of it in the same folder."""
    exact = [rest for _, rest in found if rest.rsplit("/", 1)[-1].lower() == EXPECTED]
    top = min((rest.count("/") for rest in exact), default=0)
    homes = {rest.rpartition("/")[0] for rest in exact if rest.count("/") == top}
    return [(one, rest) for one, rest in found if rest.rpartition("/")[0] in homes and is_alike(rest)]


def is_alike(rest: str) -> bool:
    """Return whether a file is called like ``exercise.py`` or a copy of it."""
    file = rest.rsplit("/", 1)[-1]
    return "exercise" in file.lower() and not owner_word(file) and not NEVER.match(file.rsplit(".", 1)[0])


def _is_of_the_course(rest: str, courses: Collection[str]) -> bool:
    """Return whether a file is the course's own, in a copy of the whole course: no student's answer."""
    return any(
        rest.startswith(top) and ("/" in rest.removeprefix(top) or rest.endswith("solution.py")) for top in courses
    )


def _merit(one: Candidate) -> tuple[object, ...]:
    odd = bool(NEVER.match(one.file.rsplit(".", 1)[0])) or one.member.problem is not None
    return (not odd, one.begun, one.exact, is_alike(one.rest), -one.depth, one.member.changed, one.file)


def _reason(chosen: Candidate, seen: Sequence[Candidate]) -> str:
    rivals = [one for one in seen if one is not chosen and (one.functions or is_alike(one.rest))]
    if not rivals:
        return "" if chosen.exact else f"{chosen.rest} is taken"
    others = ", ".join(
        f"{one.rest} ({'untouched' if one.functions and not one.begun else one.begun})" for one in rivals[:3]
    )
    return f"{chosen.rest} is taken ({chosen.begun} tasks begun), not {others}"
