"""Apply what a teacher has decided by hand, after everything else and again after each regrade.

``overrides.toml`` holds ``[[override]]`` tables with ``student`` (login, id, address, name or path), ``points``,
``comment`` and, but for a decision about the whole, ``task``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from day89.course.cohort.people import name_key
from day89.course.exercise.tasks import task as task_of
from day89.errors import UsageError

__all__ = ["Override", "apply", "carry", "is_student", "read_overrides", "restore"]


@dataclass(frozen=True)
class Override:
    """One decision.

    Attributes:
        student: login, id, address, name or path.
        points: what is earned.
        comment: why.
        task: id of the task; None for the whole submission.
    """

    student: str
    points: float
    comment: str
    task: str | None = None


def read_overrides(path: Path) -> tuple[Override, ...]:
    """Read the decisions.

    Args:
        path: the TOML file.

    Raises:
        UsageError: it cannot be read, or an entry lacks something.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    rows = data.get("override", [])
    if set(data) - {"override"} or not isinstance(rows, list):
        raise UsageError(f"{path}: write one [[override]] table for each decision")
    return tuple(_override(path, number, row) for number, row in enumerate(rows, 1))


def _override(path: Path, number: int, row: Mapping[str, Any]) -> Override:
    where = f"{path}, override {number}"
    if unknown := set(row) - {"student", "task", "points", "comment"}:
        raise UsageError(f"{where}: there is no key {sorted(unknown)[0]}; keys are student, task, points, comment")
    points = row.get("points")
    if not row.get("student") or isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise UsageError(f"{where}: student and points (a number from 0) are needed")
    if not row.get("comment"):
        raise UsageError(f"{where}: comment is needed: say why")
    task = task_of(str(row["task"])).id if "task" in row else None
    return Override(str(row["student"]), float(points), str(row["comment"]), task)


def is_student(one: Mapping[str, Any], student: str) -> bool:
    """Return whether an entry of the result file is a student's.

    Args:
        one: the entry.
        student: login, id, address, name or path.
    """
    wanted = student.strip().casefold()
    people = [one.get("person") or {}, *(one.get("members") or ())]
    said = {str(one["path"]).casefold(), str(one.get("group") or "\0").casefold()}
    said |= {str(value).casefold() for person in people for value in person.values()}
    names = {name_key(str(person["name"])) for person in people if person.get("name")}
    return wanted in said or (bool(name_key(student)) and name_key(student) in names)


def apply(results: Mapping[str, Any], overrides: Sequence[Override]) -> tuple[dict[str, Any], list[str]]:
    """Apply decisions to results; those of earlier runs are taken back first, so that applying twice is once.

    Args:
        results: the data of the result file.
        overrides: the decisions.

    Returns:
        The new results, and the decisions that fit nobody or several.
    """
    submissions = [restore(one) for one in results["submissions"]]
    lost = []
    for override in overrides:
        fits = [number for number, one in enumerate(submissions) if is_student(one, override.student)]
        if len(fits) == 1:
            submissions[fits[0]] = _applied(submissions[fits[0]], override)
        else:
            what = "nobody" if not fits else ", ".join(submissions[number]["path"] for number in fits)
            lost.append(f"the override for {override.student} was not applied: it fits {what}")
    return {**results, "submissions": submissions}, lost


def restore(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as the grader made it.

    Args:
        one: an entry of the result file.
    """
    entry = dict(one)
    whole = entry.pop("override", None)
    if whole:
        entry["score"] = whole["was"]
    if any("override" in task for task in entry["tasks"]):
        entry["tasks"] = [_task_restored(task) for task in entry["tasks"]]
        entry["score"] = round(sum(task["earned"] for task in entry["tasks"]), 2)
    return entry


def _task_restored(task: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in task.items() if key != "override"}
    return plain | {"earned": task["override"]["was"]} if "override" in task else plain


def _applied(one: Mapping[str, Any], override: Override) -> dict[str, Any]:
    if override.task is None:
        return {**one, "score": override.points, "override": {"was": one["score"], "comment": override.comment}}
    tasks = [
        {**task, "earned": override.points, "override": {"was": task["earned"], "comment": override.comment}}
        if task["id"] == override.task
        else task
        for task in one["tasks"]
    ]
    difference = sum(new["earned"] - old["earned"] for new, old in zip(tasks, one["tasks"], strict=True))
    return {**one, "tasks": tasks, "score": round(one["score"] + difference, 2)}


def carry(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new verdict with the decisions that an old one holds.

    Args:
        old: the entry that is replaced.
        new: as the grader made it.
    """
    entry = dict(new)
    for task in old["tasks"]:
        if "override" in task:
            entry = _applied(entry, Override("", task["earned"], task["override"]["comment"], task["id"]))
    if "override" in old:
        entry = _applied(entry, Override("", old["score"], old["override"]["comment"]))
    return entry
