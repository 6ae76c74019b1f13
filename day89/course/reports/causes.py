"""Group the failed checks of a submission by their cause, so that each cause is told once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Cause", "causes"]


@dataclass(frozen=True)
class Cause:
    """One cause of failures.

    Attributes:
        task: id of the task where it is told.
        check: the entry of the check that tells it.
        checks: how many other checks of the same task fail for it.
        tasks: ids of the other tasks in which checks fail for it.
    """

    task: str
    check: Mapping[str, Any]
    checks: int
    tasks: tuple[str, ...]

    @property
    def also(self) -> str:
        """Return what else fails for it in words, such as ``also fails: 3 checks, 4.4``; empty where nothing does."""
        words = [f"{self.checks} check{'s' if self.checks > 1 else ''}"] if self.checks else []
        return f"also fails: {', '.join([*words, *self.tasks])}" if words or self.tasks else ""


def causes(tasks: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """Return the causes of what did not pass, in the order of the checks that show them first, core before mastery.

    Args:
        tasks: the entries of the tasks in the result file; those that are not started have none.
    """
    groups: dict[Hashable, list[tuple[str, Mapping[str, Any]]]] = {}
    for task in tasks:
        if task["status"] != "not_started":
            for check in sorted(task["checks"], key=lambda check: check["level"] != "core"):
                if not check["passed"]:
                    groups.setdefault(_key(task["id"], check), []).append((task["id"], check))
    return [_cause(group) for group in groups.values()]


def _key(task: str, check: Mapping[str, Any]) -> Hashable:
    """Return what two checks have in common that fail for the same cause.

    The same error at the same line of the submission is one cause, in whatever task it comes up; the same known mistake
    is one cause within a task, as another function may make it too.
    """
    found = str(check.get("found") or check.get("message") or "")
    if check.get("line"):
        return check["line"], found.partition(":")[0]
    return task, check.get("mistake") or (check.get("expected"), found)


def _cause(group: Sequence[tuple[str, Mapping[str, Any]]]) -> Cause:
    task, check = group[0]
    same = sum(other == task for other, _ in group) - 1
    return Cause(task, check, same, tuple(dict.fromkeys(other for other, _ in group if other != task)))
