"""Hold the verdict on submissions as plain data, in the shape of the result file. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from day89 import __version__

__all__ = ["Check", "CheckResult", "Outcome", "Results", "SubmissionResult", "TaskResult", "TracedCall", "judge_task"]

SCHEMA = 1

Outcome = Literal["passed", "failed", "not_started", "timeout", "killed", "tool_error"]
TaskStatus = Literal["passed", "failed", "not_started"]
SubmissionStatus = Literal["graded", "unreadable", "timeout", "killed", "tool_error"]


@dataclass(frozen=True)
class Check:
    """Name a check that is expected to report.

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
class TracedCall:
    """An AWS call that the learner's code made in a check.

    Attributes:
        number: its place among them, from 1.
        operation: such as ``ListObjectsV2``.
        subject: what it was about: a key, a prefix, a bucket, instance ids.
        answer: status, error code and, of a list, how much came: ``200, 3 keys, IsTruncated=true``.
        usd: its list price.
        params: its parameters, shortened.
        truncated: the answer was one page and there are more.
        count: how many calls it stands for: more than one where the middle of a long trace was left out.
    """

    number: int
    operation: str
    subject: str
    answer: str
    usd: float
    params: str
    truncated: bool = False
    count: int = 1


@dataclass(frozen=True)
class CheckResult:
    """Hold what one check found.

    Attributes:
        name: name of the check.
        level: ``"core"`` or ``"mastery"``.
        points: what it is worth.
        passed: whether it passed.
        outcome: passed, failed, not_started, timeout, killed or tool_error.
        mistake: id of the known mistake that it saw, or None.
        message: what was called, expected and found, or None.
        seconds: how long it took.
        calls: the AWS calls of the learner's code, where they were asked for. Not in the result file.
        printed: what the learner's code printed, its last 64 KiB. Not in the result file.
    """

    name: str
    level: str
    points: float
    passed: bool
    outcome: Outcome
    mistake: str | None
    message: str | None
    seconds: float
    calls: tuple[TracedCall, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class TaskResult:
    """Hold the verdict on one task.

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
    """Hold the verdict on one submission.

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
        data["tasks"] = [task | {"checks": [_told(check) for check in task["checks"]]} for task in data["tasks"]]
        tasks = data.pop("tasks")
        return data | {"score": self.score, "max_score": self.max_score, "tasks": tasks}


@dataclass(frozen=True)
class Results:
    """Hold a whole run.

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


def _told(check: dict[str, Any]) -> dict[str, Any]:
    """Return a check without what only its own learner is shown."""
    return {name: value for name, value in check.items() if name not in ("calls", "printed")}


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
