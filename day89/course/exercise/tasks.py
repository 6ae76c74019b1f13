"""Read the table of the tasks and the table of known mistakes: what is said about them is said there, once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from day89.course.exercise.course import NAME, course
from day89.errors import UsageError

__all__ = [
    "Exercise",
    "Gap",
    "Hints",
    "Mistake",
    "Task",
    "choose",
    "exercises",
    "first_hour",
    "mistakes",
    "numbers",
    "task",
    "tasks",
]


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
class Gap:
    """Lines of the solution that the form ``gaps`` leaves out, and what stands there instead.

    Attributes:
        cut: the lines, without their indentation.
        write: the lines that stand there instead: a comment or a ``...`` that says what belongs there.
    """

    cut: str
    write: str


@dataclass(frozen=True)
class Task:
    """A task of the course.

    Attributes:
        id: such as ``"1.3"``.
        function: the function that it asks for.
        title: a few words.
        minutes: how long it takes in its form: the third quartile, estimated until enough events were measured.
        hour: 1 to 4, the hour of the course to which it belongs.
        form: its stub, ``gaps`` (the pattern stands, the lines that matter are missing) or ``bare``.
        points: what it is worth.
        outcomes: numbers of the learning outcomes that it serves.
        lesson: section of docs/lesson.md to read.
        doc: the page of the AWS or boto3 documentation.
        hints: its four hints.
        path: whether it is one of the six tasks of the first hour; the others of hour 1 are for time that is left.
        gaps: what is missing in the form ``gaps``.
        example: comment lines above the stub that show the pattern on a sibling problem; mostly none.
    """

    id: str
    function: str
    title: str
    minutes: int
    hour: int
    form: str
    points: float
    outcomes: tuple[int, ...]
    lesson: str
    doc: str
    hints: Hints
    path: bool = False
    gaps: tuple[Gap, ...] = ()
    example: str = ""

    @property
    def exercise(self) -> int:
        """Return the number of its exercise."""
        return int(self.id.split(".")[0])


@dataclass(frozen=True)
class Exercise:
    """An exercise: tasks on one subject."""

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


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(resources.files("day89.course").joinpath(name).read_text("utf-8"))
    return table


@cache
def tasks() -> tuple[Task, ...]:
    """Return the tasks that the course uses, in its order.

    Raises:
        UsageError: ``course.toml`` names a task that the table lacks.
    """
    rows = {row["id"]: row for row in _table("tasks.toml")["task"]}
    if unknown := [id for id in course().tasks if id not in rows]:
        raise UsageError(f"{NAME} uses {', '.join(unknown)}, which day89/course/tasks.toml does not describe")
    return tuple(_task(rows[id]) for id in course().tasks)


def _task(row: dict[str, Any]) -> Task:
    values = dict(row)
    values["hints"] = Hints(**values["hints"])
    values["gaps"] = tuple(Gap(**gap) for gap in values.get("gaps", ()))
    values["outcomes"] = tuple(values["outcomes"])
    use = course().tasks[values["id"]]
    values |= {"points": use.points, "minutes": use.minutes, "path": values["id"] in course().first_hour}
    return Task(**values)


@cache
def first_hour() -> tuple[Task, ...]:
    """Return the tasks of the first hour, in the order in which it offers them."""
    return tuple(task(id) for id in course().first_hour)


@cache
def exercises() -> tuple[Exercise, ...]:
    """Return the exercises that have tasks, in order."""
    used = dict.fromkeys(one.exercise for one in tasks())
    return tuple(Exercise(number, course().exercises[number]) for number in used)


@cache
def numbers() -> tuple[int, ...]:
    """Return the numbers of all exercises that the table describes, used or not."""
    return tuple(sorted({int(row["id"].partition(".")[0]) for row in _table("tasks.toml")["task"]}))


@cache
def mistakes() -> dict[str, Mistake]:
    """Return the known mistakes that checks name, by id."""
    return {id: Mistake(id=id, **row) for id, row in _table("mistakes.toml").items()}


def task(id: str) -> Task:
    """Return a task by its id or the name of its function.

    Raises:
        UsageError: there is no such task.
    """
    for one in tasks():
        if id in (one.id, one.function):
            return one
    known = tasks()
    raise UsageError(
        f"there is no task {id}: tasks are {known[0].id} to {known[-1].id}, "
        f"or their functions, such as {_usual().function}"
    )


def _usual() -> Task:
    """Return the task that messages take for an example."""
    return next((one for one in tasks() if one.function == "list_keys"), tasks()[0])


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
            numbers_there = ", ".join(str(exercise.number) for exercise in exercises())
            raise UsageError(f"there is no exercise {number}: exercises are {numbers_there}")
    chosen = {task(id).id for id in ids or []}
    return tuple(one for one in tasks() if one.id in chosen or one.exercise in (numbers or []))
