"""Represent verdicts as plain data, in the shape of the result file. Nothing here formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from day89 import __version__

__all__ = ["Check", "CheckResult", "Outcome", "Results", "SubmissionResult", "TaskResult", "judge_task"]

SCHEMA = 1

Outcome = Literal["passed", "failed", "not_started", "timeout", "killed", "tool_error"]
TaskStatus = Literal["passed", "failed", "not_started"]
SubmissionStatus = Literal["graded", "unreadable", "timeout", "killed", "tool_error"]


@dataclass(frozen=True)
class Check:
    """A check that is expected to report.

    Attributes:
        id: file and function, such as ``test_exercise_1.py::test_lists_every_page``.
        name: ``lists_every_page``.
        task: id of its task.
        level: ``"core"`` or ``"mastery"``.
        points: what it is worth.
        limit: seconds that it may take.
    """

    id: str
    name: str
    task: str
    level: str
    points: float
    limit: float


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        name: name of the check.
        level: ``"core"`` or ``"mastery"``.
        points: what it is worth.
        passed: whether it passed.
        outcome: passed, failed, not_started, timeout, killed or tool_error.
        mistake: id of the known mistake that it saw, or None.
        message: what was called, expected and found, or None.
        seconds: how long it took.
    """

    name: str
    level: str
    points: float
    passed: bool
    outcome: Outcome
    mistake: str | None
    message: str | None
    seconds: float


@dataclass(frozen=True)
class TaskResult:
    """The verdict on one task.

    Attributes:
        id: such as ``"1.3"``.
        function: such as ``"list_keys"``.
        status: passed, failed or not_started.
        points: what it is worth.
        earned: what was earned.
        checks: its checks; none where it was not run.
    """

    id: str
    function: str
    status: TaskStatus
    points: float
    earned: float
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class SubmissionResult:
    """The verdict on one submission.

    Attributes:
        path: as it was given.
        sha256: checksum of its bytes in hex, or None where they could not be read.
        status: graded, unreadable, timeout, killed or tool_error.
        message: why it is not simply graded, or None.
        seconds: how long it took.
        tasks: the tasks that were asked for.
    """

    path: str
    sha256: str | None
    status: SubmissionStatus
    message: str | None
    seconds: float
    tasks: tuple[TaskResult, ...]

    @property
    def score(self) -> float:
        """Return the points earned."""
        return round(sum(task.earned for task in self.tasks), 2)

    @property
    def max_score(self) -> float:
        """Return the points that could be earned."""
        return round(sum(task.points for task in self.tasks), 2)

    def as_json(self) -> dict[str, Any]:
        """Return the object that stands for it in the result file."""
        data = asdict(self)
        data["tasks"] = [task | {"checks": list(task["checks"])} for task in data["tasks"]]
        tasks = data.pop("tasks")
        return data | {"score": self.score, "max_score": self.max_score, "tasks": tasks}


@dataclass(frozen=True)
class Results:
    """The results of a whole run.

    Attributes:
        seed: seed of made-up names and contents.
        isolation: what stood between the submissions and this machine.
        submissions: their verdicts.
        course: which course, which version.
    """

    seed: int
    isolation: str
    submissions: tuple[SubmissionResult, ...]
    course: str = field(default=f"day89 {__version__}")

    def as_json(self) -> dict[str, Any]:
        """Return the object that the result file holds."""
        return {
            "schema": SCHEMA,
            "course": self.course,
            "seed": self.seed,
            "isolation": self.isolation,
            "submissions": [submission.as_json() for submission in self.submissions],
        }


def judge_task(
    id: str, function: str, points: float, expected: Sequence[Check], found: Mapping[str, CheckResult]
) -> TaskResult:
    """Turn what the checks of a task reported into its verdict.

    Args:
        id: id of the task.
        function: the function that it asks for.
        points: what the task is worth.
        expected: every check of the task.
        found: check id to result. A check that has not reported has not passed.

    Returns:
        The verdict: passed only where exactly the expected checks have all passed.
    """
    results = tuple(found.get(check.id) or _silent(check) for check in expected)
    if results and all(result.outcome == "not_started" for result in results):
        return TaskResult(id, function, "not_started", points, 0.0, results)
    if results and all(result.passed for result in results):
        return TaskResult(id, function, "passed", points, points, results)
    earned = round(sum(result.points for result in results if result.passed), 2)
    return TaskResult(id, function, "failed", points, min(earned, points), results)


def _silent(check: Check) -> CheckResult:
    message = "this check did not report"
    return CheckResult(check.name, check.level, check.points, False, "tool_error", None, message, 0.0)
