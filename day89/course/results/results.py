"""Represent verdicts as plain data, in the shape of the result file. Nothing here formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from day89 import __version__

__all__ = [
    "LEVELS",
    "SCHEMA",
    "Check",
    "CheckResult",
    "CheckStatus",
    "Outcome",
    "Results",
    "SubmissionResult",
    "TaskResult",
    "TaskStatus",
    "TracedCall",
    "judge_task",
]

SCHEMA = 2
LEVELS = ("core", "mastery")

Outcome = Literal["passed", "failed", "not_started", "timeout", "killed", "blocked", "not_run", "tool_error"]
TaskStatus = Literal["not_started", "core_incomplete", "core_done", "complete"]
CheckStatus = Literal["passed", "failed", "not_judged"]
SubmissionStatus = Literal["graded", "unreadable", "timeout", "killed", "tool_error"]


@dataclass(frozen=True)
class Check:
    """A check that is expected to report.

    Attributes:
        id: file and function, such as ``test_exercise_1.py::test_lists_every_page``.
        name: ``lists_every_page``.
        task: id of its task.
        level: ``"core"`` or ``"mastery"``.
        points: its weight among the checks of its task.
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
        ms: milliseconds until the answer.
    """

    number: int
    operation: str
    subject: str
    answer: str
    usd: float
    params: str
    truncated: bool = False
    count: int = 1
    ms: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class CheckResult:
    """What one check found: its outcome, and the parts of what is told about it.

    Attributes:
        name: name of the check.
        level: ``"core"`` or ``"mastery"``.
        points: what it is worth: its share of the points of its task.
        outcome: ``passed``; ``failed``, ``not_started``, ``timeout`` or ``killed``, which are the submission's; or
            ``blocked`` (what it rests on does not work), ``not_run`` or ``tool_error``, which are not.
        message: all of it in one sentence, or None.
        called: the call, and the situation in which it was made; None where nothing was called.
        expected: what the docstring of the task promises, or None.
        found: what was found instead, or None.
        mistake: id of the known mistake that it saw, or None.
        line: line of the submission where it went wrong, or None.
        code: that line, or None.
        evidence: what else was seen, one line of text each: the last call of AWS, the end of a console.
        launched: an instance was launched in it; not in the result file.
        seconds: how long it took.
        calls: the AWS calls of the learner's code, where one's own file is graded.
        printed: what it printed, its last 64 KiB, where one's own file is graded.
        cloud: what was in its cloud at the end, where one's own file is graded and the check failed or was the first
            of its task (see ``day89.cloud.snapshot``); not in the result file.
    """

    name: str
    level: str
    points: float
    outcome: Outcome
    message: str | None = None
    called: str | None = None
    expected: str | None = None
    found: str | None = None
    mistake: str | None = None
    line: int | None = None
    code: str | None = None
    evidence: tuple[str, ...] = ()
    launched: bool = False
    seconds: float = 0.0
    calls: tuple[TracedCall, ...] = ()
    printed: str = ""
    cloud: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def status(self) -> CheckStatus:
        """Return what the outcome means for the mark."""
        if self.outcome in NOT_JUDGED:
            return "not_judged"
        return "passed" if self.outcome == "passed" else "failed"

    @property
    def passed(self) -> bool:
        """Return whether it passed."""
        return self.outcome == "passed"

    def as_json(self) -> dict[str, Any]:
        """Return the object that stands for it in the result file."""
        data = asdict(replace(self, cloud=None)) | {
            "status": self.status,
            "passed": self.passed,
            "evidence": list(self.evidence),
        }
        data["calls"] = list(data["calls"])
        del data["launched"], data["cloud"]
        return {name: value for name, value in data.items() if value or name not in ("calls", "printed")}


# Neither the submission's doing nor its fault: these cost no points.
NOT_JUDGED = ("blocked", "not_run", "tool_error")


@dataclass(frozen=True)
class TaskResult:
    """The verdict on one task.

    Attributes:
        id: such as ``"1.3"``.
        function: such as ``"list_keys"``.
        status: not_started, core_incomplete, core_done or complete.
        points: what it is worth.
        earned: what was earned.
        checks: its checks; none where it was not run.
        carried: functions that the course's own took the place of while checks of it were judged, as those of the
            submission have failed checks of their own.
    """

    id: str
    function: str
    status: TaskStatus
    points: float
    earned: float
    checks: tuple[CheckResult, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def not_judged(self) -> int:
        """Return how many checks have not been judged."""
        return sum(check.status == "not_judged" for check in self.checks)

    @property
    def max_points(self) -> float:
        """Return the points that could be earned: none where not one check has been judged."""
        return 0.0 if self.checks and self.not_judged == len(self.checks) else self.points

    def as_json(self) -> dict[str, Any]:
        """Return the object that stands for it in the result file."""
        names = ("id", "function", "status", "points", "earned")
        data = {name: getattr(self, name) for name in names}
        data |= {"carried": list(self.carried)} if self.carried else {}
        return data | {"not_judged": self.not_judged, "checks": [check.as_json() for check in self.checks]}


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
        """Return the points that could be earned; what was not judged at all has none."""
        if self.status == "tool_error" and not any(task.checks for task in self.tasks):
            return 0.0
        return round(sum(task.max_points for task in self.tasks), 2)

    @property
    def not_judged(self) -> int:
        """Return how many checks have not been judged."""
        return sum(task.not_judged for task in self.tasks)

    def as_json(self) -> dict[str, Any]:
        """Return the object that stands for it in the result file."""
        names = ("path", "sha256", "status", "message", "seconds", "score", "max_score", "not_judged")
        data = {name: getattr(self, name) for name in names}
        return data | {"tasks": [task.as_json() for task in self.tasks]}


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
        found: check id to result. A check that has not reported is not judged.

    Returns:
        The verdict. The points of checks are weights: earned is the task's points times the weight that passed, over
        the weight that was judged; complete is only where exactly the expected checks have all passed.
    """
    whole = sum(check.points for check in expected) or 1.0
    results = tuple(
        replace(found.get(check.id) or _silent(check), points=round(points * check.points / whole, 4))
        for check in expected
    )
    if results and all(result.outcome == "not_started" for result in results):
        return TaskResult(id, function, "not_started", points, 0.0, results)
    judged = [(check, result) for check, result in zip(expected, results, strict=True) if result.status != "not_judged"]
    weight = sum(check.points for check, _ in judged)
    passed = sum(check.points for check, result in judged if result.passed)
    earned = round(points * passed / weight, 2) if weight else 0.0
    return TaskResult(id, function, _status(results), points, earned, results)


def _status(results: Sequence[CheckResult]) -> TaskStatus:
    if results and all(result.passed for result in results):
        return "complete"
    core = [result for result in results if result.level == "core"]
    return "core_done" if core and all(result.passed for result in core) else "core_incomplete"


def _silent(check: Check) -> CheckResult:
    return CheckResult(check.name, check.level, check.points, "not_run", "this check did not report")
