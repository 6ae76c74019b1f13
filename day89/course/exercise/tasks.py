"""Read the table of the 20 tasks and the table of known mistakes: what is said about them is said there, once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from day89.errors import UsageError

__all__ = ["Exercise", "Hints", "Mistake", "Task", "choose", "exercises", "mistakes", "task", "tasks"]


@dataclass(frozen=True)
class Hints:
    """The four hints of a task, from a nudge to a worked example.

    Attributes:
        goal: what is to be reached, in other words.
        look: where to look and what to print.
        api: which calls do it, and their page.
        example: a worked example of a sibling problem: Python that runs on the local cloud.
    """

    goal: str
    look: str
    api: str
    example: str


@dataclass(frozen=True)
class Task:
    """A task of the course.

    Attributes:
        id: such as ``"1.3"``.
        function: the function that it asks for.
        title: a few words.
        minutes: how long its core takes.
        points: what it is worth.
        outcomes: numbers of the learning outcomes that it serves.
        lesson: section of docs/lesson.md to read.
        doc: the page of the AWS or boto3 documentation.
        hints: its four hints.
    """

    id: str
    function: str
    title: str
    minutes: int
    points: float
    outcomes: tuple[int, ...]
    lesson: str
    doc: str
    hints: Hints

    @property
    def exercise(self) -> int:
        """Return the number of its exercise."""
        return int(self.id.split(".")[0])


@dataclass(frozen=True)
class Exercise:
    """An exercise: four tasks on one subject."""

    number: int
    title: str


@dataclass(frozen=True)
class Mistake:
    """A known mistake.

    Attributes:
        id: such as ``"L2"``.
        name: what is done wrong, in a few words.
        hint: one line that points the way.
    """

    id: str
    name: str
    hint: str


def _table(name: str) -> dict[str, list[dict[str, object]]]:
    return tomllib.loads(resources.files("day89.course").joinpath(name).read_text("utf-8"))


@cache
def tasks() -> tuple[Task, ...]:
    """Return all tasks, in order."""
    return tuple(_task(row) for row in _table("tasks.toml")["task"])


def _task(row: dict[str, object]) -> Task:
    values: dict[str, object] = dict(row)
    values["hints"] = Hints(**values["hints"])  # type: ignore[arg-type]
    values["outcomes"] = tuple(values["outcomes"])  # type: ignore[arg-type]
    return Task(**values)  # type: ignore[arg-type]


@cache
def exercises() -> tuple[Exercise, ...]:
    """Return the five exercises, in order."""
    return tuple(Exercise(**row) for row in _table("tasks.toml")["exercise"])  # type: ignore[arg-type]


@cache
def mistakes() -> dict[str, Mistake]:
    """Return the known mistakes that checks name, by id."""
    return {id: Mistake(id=id, **row) for id, row in _table("mistakes.toml").items()}  # type: ignore[arg-type]


def task(id: str) -> Task:
    """Return a task by its id or the name of its function.

    Raises:
        UsageError: there is no such task.
    """
    for one in tasks():
        if id in (one.id, one.function):
            return one
    raise UsageError(f"there is no task {id}: tasks are 1.1 to 5.4, or their functions, such as list_keys")


def choose(ids: list[str] | None, numbers: list[int] | None) -> tuple[Task, ...]:
    """Return the tasks that a command line asks for, in order: all of them where it names none.

    Args:
        ids: task ids or function names.
        numbers: numbers of exercises.

    Raises:
        UsageError: one of them does not exist.
    """
    if not ids and not numbers:
        return tasks()
    for number in numbers or []:
        if number not in {exercise.number for exercise in exercises()}:
            raise UsageError(f"there is no exercise {number}: exercises are 1 to 5")
    chosen = {task(id).id for id in ids or []}
    return tuple(one for one in tasks() if one.id in chosen or one.exercise in (numbers or []))
