"""Grade one submission: choose what has to run, watch it run, and turn what was reported into a verdict.

Nothing of the submission runs in this process. A child that loops, crashes, floods or leaves costs the check that was
running, and another child goes on with the rest.
"""

from __future__ import annotations

import ast
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from day89.course.files import checks_folder, course_file
from day89.course.submission import Submission, Unreadable, read, stubs
from day89.course.supervisor import Supervisor
from day89.course.tasks import Task
from day89.course.verdict import Check, CheckResult, Outcome, SubmissionResult, SubmissionStatus, TaskResult, judge_task
from day89.errors import ToolError

if TYPE_CHECKING:
    from day89.course.boundary.process import Confinement

__all__ = [
    "EC2_MODULE",
    "HEAVY",
    "REHEARSAL",
    "SERVER_MODULES",
    "SUBMISSION_LIMIT",
    "Watcher",
    "grade",
    "preloads",
    "unjudged",
]

SETUP_LIMIT = 90.0
IMPORT_LIMIT = 30.0
SUBMISSION_LIMIT = 300.0
GOODBYE_LIMIT = 5.0
# Modules that a submission may import at its top and that take long: the warm server imports them before it forks.
HEAVY = ("boto3", "botocore", "flask", "joblib", "numpy", "pandas", "sklearn", "werkzeug")
EC2_MODULE = "day89.cloud.patches_ec2"
REHEARSAL = "day89.course.child:rehearse"
THRIFT = ("day89.course.thrift:install", "day89.cloud.thrift:install")
SERVER_MODULES = ("boto3", "pytest", "day89.course.collected", "day89.cloud", *THRIFT)

Watcher = Callable[[Check, CheckResult], None]


def grade(
    path: str | os.PathLike[str],
    tasks: Sequence[Task],
    seed: int,
    *,
    checks: Path | None = None,
    supervisor: Supervisor | None = None,
    jobs: int = 1,
    watch: Watcher | None = None,
    confinement: Confinement | None = None,
    seconds: float = SUBMISSION_LIMIT,
) -> SubmissionResult:
    """Grade one submission.

    Args:
        path: the file.
        tasks: the tasks to judge.
        seed: seed of made-up names and contents.
        checks: folder of the checks; None is the course's own.
        supervisor: a running one, to save its start; None makes one for each job.
        jobs: how many children may run at the same time, where no supervisor is given.
        watch: told of each check that has ended.
        confinement: how to keep the submission in a process of its own, where no supervisor is given.
        seconds: how long the whole submission may take.

    Returns:
        The verdict; a submission that cannot be read is one too.

    Raises:
        ToolError: the grading process cannot be started.
    """
    began, shown = time.monotonic(), os.fspath(path)
    try:
        submission = read(path)
    except Unreadable as error:
        return SubmissionResult(shown, None, "unreadable", str(error), _since(began), unjudged(tasks))
    idle = stubs(submission.tree, [task.function for task in tasks])
    pending = [task for task in tasks if task.function not in idle]
    width = 1 if supervisor else max(1, min(jobs, len(pending)))
    folder = checks or checks_folder()
    runs = [_Run(submission, pending[start::width], seed, folder, watch, began + seconds) for start in range(width)]
    if pending or not _given_is_untouched(submission.tree, tasks):
        _go(runs, supervisor, confinement)
    worst = next((run for run in runs if run.status != "graded"), runs[0])
    verdicts = {task.id: run.verdict(task) for run in runs for task in run.tasks}
    if worst.status in ("unreadable", "timeout", "killed") and not any(run.found for run in runs):
        done = unjudged(tasks)
    else:
        done = tuple(verdicts.get(task.id) or _not_started(task) for task in tasks)
    return SubmissionResult(shown, submission.sha256, worst.status, worst.message, _since(began), done)


def _go(runs: Sequence[_Run], supervisor: Supervisor | None, confinement: Confinement | None) -> None:
    if supervisor is not None:
        runs[0].go(supervisor)
        return
    with ThreadPoolExecutor(len(runs)) as threads:
        waiting = [threads.submit(_alone, run, confinement) for run in runs]
        try:
            for one in waiting:
                one.result()
        except BaseException:  # Ctrl-C above all: what the threads wait for must not keep the user waiting
            for run in runs:
                run.cancel()
            raise


def _alone(run: _Run, confinement: Confinement | None) -> None:
    with Supervisor(preloads(run.submission, run.tasks), confinement) as own:
        run.go(own)


def preloads(submission: Submission, tasks: Sequence[Task] = ()) -> list[str]:
    """Return what the warm server should import: of what is slow to import, what will be needed.

    Args:
        submission: what it imports itself is needed.
        tasks: those of exercises 3 to 5 need EC2.
    """
    names = set()
    for node in submission.tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    ec2 = [EC2_MODULE] if any(task.exercise >= 3 for task in tasks) else []
    return [*SERVER_MODULES, *ec2, *sorted(name for name in names if name.split(".")[0] in HEAVY)]


class _Run:
    """Keep the state of one submission's run, over as many children as it takes."""

    def __init__(
        self,
        submission: Submission,
        tasks: Sequence[Task],
        seed: int,
        folder: Path,
        watch: Watcher | None,
        until: float,
    ) -> None:
        self.until = until
        self.path = submission.path
        self.slow: Counter[str] = Counter()
        self.submission = submission
        self.tasks = tasks
        self.seed = seed
        self.folder = folder
        self.watch = watch
        self.checks: dict[str, Check] = {}
        self.found: dict[str, CheckResult] = {}
        self.status: SubmissionStatus = "graded"
        self.message: str | None = None
        self.finished = False
        self.cancelled = False
        self.supervisor: Supervisor | None = None
        self.phase = "setup"
        self.current: Check | None = None
        self.began = 0.0
        self.call: str | None = None

    def go(self, supervisor: Supervisor) -> None:
        """Run children until each check has reported or been given up."""
        self.supervisor = supervisor
        while not self.finished:
            before = len(self.found)
            self._one_child(supervisor)
            if not self.finished and len(self.found) == before:
                self._give_up("tool_error", f"the checks ended early: {supervisor.printed()[-300:] or 'no output'}")
        unchecked = {task.id for task in self.tasks} - {check.task for check in self.checks.values()}
        if unchecked and self.status == "graded":
            self._give_up("tool_error", f"there are no checks for task {', '.join(sorted(unchecked))} in {self.folder}")
        broken = [result for result in self.found.values() if result.outcome == "tool_error"]
        if broken and self.status == "graded":
            self._give_up("tool_error", f"{broken[0].name}: {broken[0].message}")

    def cancel(self) -> None:
        """Give the run up, from another thread."""
        self.cancelled = self.finished = True
        if self.supervisor is not None:
            self.supervisor.kill()

    def verdict(self, task: Task) -> TaskResult:
        """Return the verdict on one task."""
        expected = [check for check in self.checks.values() if check.task == task.id]
        found = {id: self.found[id] for id in self.found}
        return judge_task(task.id, task.function, task.points, expected, found)

    def _give_up(self, status: SubmissionStatus, message: str) -> None:
        self.status, self.message, self.finished = status, message, True

    def _one_child(self, supervisor: Supervisor) -> None:
        self.phase, self.current = "setup", None
        self.path = supervisor.hand_in(self.submission.path, self.submission.data)
        supervisor.send(
            {
                "submission": str(self.path),
                "seed": self.seed,
                "tasks": [task.id for task in self.tasks],
                "skip": list(self.found),
                "checks": str(self.folder),
                "folder": str(supervisor.folder),
                "slow": self.slow,
            }
        )
        deadline = time.monotonic() + SETUP_LIMIT
        while True:
            event = supervisor.next_event(min(deadline, self.until) if self.phase != "killed" else deadline)
            if event is None:
                self._too_long(supervisor)
                deadline = time.monotonic() + GOODBYE_LIMIT
                if self.phase == "killed":
                    raise ToolError("a child that was killed did not end")
                self.phase = "killed"
                continue
            if event["event"] == "exit":
                self._ended(event["status"])
                return
            if self.cancelled:
                supervisor.kill()
            if self.phase != "killed":
                deadline = time.monotonic() + self._take(event)

    def _take(self, event: dict[str, Any]) -> float:
        """Note an event and return how long the next one may take."""
        match event["event"]:
            case "checks":
                self.checks = self.checks or {one["id"]: Check(**one) for one in event["checks"]}
            case "loading":
                self.phase = "loading"
                return IMPORT_LIMIT
            case "loaded":
                self.phase = "between"
            case "unreadable":
                self._give_up(event["status"], event["message"])
            case "broken":
                self._give_up("tool_error", event["message"])
            case "start":
                self.current, self.call, self.began = self.checks[event["id"]], None, time.monotonic()
            case "call":
                self.call = event["text"]
            case "end":
                self._report(event["outcome"], event["message"], event["mistake"], event["seconds"])
            case "done":
                self.finished = True
                return GOODBYE_LIMIT
        if self.current is not None:
            return max(0.0, self.began + self.current.limit - time.monotonic())
        return SETUP_LIMIT

    def _report(self, outcome: Outcome, message: str | None, mistake: str | None, seconds: float) -> None:
        check, self.current = self.current, None
        assert check is not None
        passed = outcome == "passed"
        result = CheckResult(check.name, check.level, check.points, passed, outcome, mistake, message, seconds)
        self.found[check.id] = result
        if self.watch:
            self.watch(check, result)

    def _too_long(self, supervisor: Supervisor) -> None:
        where = self._place(supervisor.stack())
        supervisor.kill()
        if time.monotonic() >= self.until and self.phase != "killed":
            self._give_up("timeout", f"stopped: it took longer in all than a submission may{where}")
        if self.current is not None:
            called = f"called {self.call}; expected a result" if self.call else "expected the check to end"
            message = f"{called} within {self.current.limit:g} s; it was still running{where}"
            self.slow[self.current.task] += 1
            self._report("timeout", message, None, round(time.monotonic() - self.began, 2))
        elif self.phase == "loading":
            name = self.submission.path.name
            self._give_up("timeout", f"{name} was not imported within {IMPORT_LIMIT:g} s; it was still running{where}")
        elif self.phase == "setup":
            self._give_up("tool_error", f"the checks were not ready within {SETUP_LIMIT:g} s")

    def _place(self, stack: str) -> str:
        path = re.escape(str(self.path))
        match = re.search(rf'File "{path}", line (\d+) in (\S+)', stack)
        return f" in {match[2]} ({self.submission.path.name} line {match[1]})" if match else ""

    def _ended(self, status: int) -> None:
        if self.current is not None:
            called = f"called {self.call}; expected a result" if self.call else "expected the check to end"
            self._report("killed", f"{called}; {_how(status)}", None, round(time.monotonic() - self.began, 2))
        elif self.phase == "loading" and not self.finished:
            name = self.submission.path.name
            self._give_up("killed", f"{name} ended the interpreter while it was imported ({_how(status)})")


def _how(status: int) -> str:
    return (
        f"the process was killed by signal {-status}" if status < 0 else f"the process ended with exit status {status}"
    )


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


def _not_started(task: Task) -> TaskResult:
    return TaskResult(task.id, task.function, "not_started", task.points, 0.0)


def unjudged(tasks: Sequence[Task]) -> tuple[TaskResult, ...]:
    """Return the verdicts on a submission of which nothing could be judged."""
    return tuple(TaskResult(task.id, task.function, "failed", task.points, 0.0) for task in tasks)


def _given_is_untouched(tree: ast.Module, tasks: Sequence[Task]) -> bool:
    """Return whether all but the tasks is as the course gives it: importing that cannot fail."""
    functions = {task.function for task in tasks}
    pristine = ast.parse(Path(course_file("exercise.py")).read_bytes())
    return _rest(tree, functions) == _rest(pristine, functions)


def _rest(tree: ast.Module, functions: set[str]) -> list[str]:
    return [ast.dump(node) for node in tree.body if getattr(node, "name", None) not in functions]
