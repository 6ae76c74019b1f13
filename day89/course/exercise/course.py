"""Read ``course.toml``: which tasks this course uses, what they are worth, how they are grouped, where its data is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from day89.course.exercise.files import course_file
from day89.errors import UsageError

__all__ = ["NAME", "Course", "Use", "course", "read_course"]

NAME = "course.toml"
KEYS = ("title", "data", "first_hour", "exercises", "tasks")


@dataclass(frozen=True)
class Use:
    """How the course uses a task.

    Attributes:
        points: what it is worth.
        minutes: how long it takes.
    """

    points: float
    minutes: int


@dataclass(frozen=True)
class Course:
    """The course as it is taught.

    Attributes:
        title: what it is called.
        data: files with data that learners get, relative to ``course.toml``.
        first_hour: ids of the tasks of the first hour, in the order in which they are offered.
        exercises: number to title.
        tasks: id to its use, in the order in which they are taught.
    """

    title: str
    data: tuple[str, ...]
    first_hour: tuple[str, ...]
    exercises: Mapping[int, str]
    tasks: Mapping[str, Use]


@cache
def course() -> Course:
    """Return the course of this checkout or installation.

    Raises:
        UsageError: its ``course.toml`` is not well formed.
    """
    return read_course(course_file(NAME))


def read_course(path: Path) -> Course:
    """Read a ``course.toml``.

    Args:
        path: the file.

    Raises:
        UsageError: it cannot be read, a key is missing or unknown, or a value is not what it has to be.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    _only(data, KEYS, str(path))
    if missing := [key for key in KEYS if key not in data]:
        raise UsageError(f"{path}: {', '.join(missing)} is missing")
    tasks = {id: _use(row, f"{path}: task {id}") for id, row in data["tasks"].items()}
    if not tasks:
        raise UsageError(f"{path}: no task is used: name them under [tasks]")
    exercises = _exercises(data["exercises"], path)
    for id in tasks:
        if (number := id.partition(".")[0]) not in {str(one) for one in exercises}:
            raise UsageError(f"{path}: task {id} belongs to exercise {number}, which has no title under [exercises]")
    first = tuple(str(id) for id in data["first_hour"] if id in tasks)
    return Course(str(data["title"]), _files(data["data"], path), first, exercises, tasks)


def _only(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if unknown := sorted(set(data) - set(known)):
        raise UsageError(f"{where}: there is no key {', '.join(unknown)}; keys are {', '.join(known)}")


def _files(names: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(names, list):
        raise UsageError(f'{path}: data is a list of files, such as ["data/penguins.csv"]')
    for name in names:
        if not (path.parent / str(name)).is_file():
            raise UsageError(f"{path}: data names {name}, which is not there")
    return tuple(str(name) for name in names)


def _exercises(rows: Mapping[str, Any], path: Path) -> dict[int, str]:
    for number in rows:
        if not number.isdecimal():
            raise UsageError(f'{path}: exercises are numbered, such as 1 = "S3 operations", not {number}')
    return {int(number): str(title) for number, title in rows.items()}


def _use(row: Any, where: str) -> Use:
    if not isinstance(row, dict):
        raise UsageError(f"{where}: write {{ points = 5, minutes = 6 }}")
    _only(row, ("points", "minutes"), where)
    for key in ("points", "minutes"):
        value = row.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise UsageError(f"{where}: {key} is a number above 0, not {value!r}")
    return Use(float(row["points"]), int(row["minutes"]))
