"""Follow the run of one submission and record what each check found.

A child that loops, crashes, floods or leaves costs the check that was running, and another child goes on with the rest.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from day89.course.checks.expectations import Wrong
from day89.course.exercise.submission import Submission, line_of
from day89.course.exercise.tasks import Task
from day89.course.grading.limits import PATIENCE, WALL, hurried
from day89.course.grading.output import output_mark
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import (
    Check,
    CheckResult,
    Outcome,
    SubmissionStatus,
    TaskResult,
    TracedCall,
    judge_task,
)
from day89.errors import ToolError
from day89.processes.stopwatch import Stopwatch

__all__ = ["Run", "Watcher"]

SETUP_LIMIT = 90.0
IMPORT_LIMIT = 30.0
GOODBYE_LIMIT = 5.0
CALLS_LIMIT = 0.3

Watcher = Callable[[Check, CheckResult], None]


class Run:
    """The state of one submission's run, over as many child processes as it takes."""

    def __init__(
        self,
        submission: Submission,
        tasks: Sequence[Task],
        seed: int,
        folder: Path,
        watch: Watcher | None,
        seconds: float,
        shuffle: bool = False,
        own: bool = False,
        breakpoints: bool = True,
        only: Sequence[str] = (),
        carried: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.only = list(only)
        self.carried = dict(carried or {})
        self.stood_in: dict[str, Sequence[str]] = {}
        self.own = secrets.token_hex(8) if own else ""
        self.breakpoints = breakpoints
        self.calls: tuple[TracedCall, ...] = ()
        self.consoles: list[str] = []
        self.cloud: dict[str, Any] | None = None
        self.seconds = seconds
        self.clock: Stopwatch | None = None
        self.used = self.elapsed = 0.0  # of all before what the clock measures: seconds charged, and passed
        self.limit = SETUP_LIMIT
        self.shuffle = shuffle
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
        self.supervisor: WarmServer | None = None
        self.phase = "setup"
        self.current: Check | None = None
        self.began = 0.0
        self.call: str | None = None

    def go(self, supervisor: WarmServer) -> None:
        """Run children until each check has reported or been given up."""
        self.supervisor, fresh = supervisor, False
        while not self.finished:
            before = len(self.found)
            try:
                self._one_child(supervisor)
            except ToolError:
                if fresh:
                    raise
                self.finished = False
            else:
                if not self._missing() and (self.finished or len(self.found) > before):
                    continue
            if self.cancelled:
                break
            if fresh:
                lost = f"{self._missing()} checks did not report" if self._missing() else "the checks ended early"
                self._give_up("tool_error", f"{lost}: {supervisor.printed()[-300:] or 'no output'}")
            # Whatever harmed the server, perhaps a submission before this one, a new one has not seen it.
            supervisor.stop()
            fresh, self.finished = True, self.status != "graded"
        supervisor.discard()
        unchecked = {task.id for task in self.tasks} - {check.task for check in self.checks.values()}
        if unchecked and self.status == "graded":
            self._give_up("tool_error", f"there are no checks for task {', '.join(sorted(unchecked))} in {self.folder}")
        broken = [result for result in self.found.values() if result.outcome == "tool_error"]
        if broken and self.status == "graded":
            self._give_up("tool_error", f"{broken[0].name}: {broken[0].message}")

    def _missing(self) -> int:
        """Count the checks that were announced and have not reported, where the run says that it is done."""
        done = self.finished and self.status == "graded"
        return len(self.checks.keys() - self.found.keys()) if done else 0

    def cancel(self) -> None:
        """Give the run up, from another thread."""
        self.cancelled = self.finished = True
        if self.supervisor is not None:
            self.supervisor.kill()

    def verdict(self, task: Task) -> TaskResult:
        """Return the verdict on one task."""
        expected = [check for check in self.checks.values() if check.task == task.id]
        found = {id: self.found[id] for id in self.found}
        judged = judge_task(task.id, task.function, task.points, expected, found)
        return replace(judged, carried=tuple(self.stood_in.get(task.id, ())))

    def _give_up(self, status: SubmissionStatus, message: str) -> None:
        self.status, self.message, self.finished = status, message, True

    def _one_child(self, supervisor: WarmServer) -> None:
        self.phase, self.current = "setup", None
        self.path = supervisor.hand_in(self.submission.path, self.submission.data)
        supervisor.send(
            {
                "submission": str(self.path),
                "seed": self.seed,
                "tasks": [task.id for task in self.tasks],
                "skip": list(self.found),
                "only": self.only,
                "carried": self.carried,
                "checks": str(self.folder),
                "folder": str(supervisor.folder),
                "place": str(supervisor.place),
                "slow": self.slow,
                "shuffle": self.shuffle,
                "own": self.own,
                "breakpoints": self.breakpoints,
                "real_time": supervisor.real_time,
            }
        )
        self._restart_clock(supervisor.pid)
        self.limit = SETUP_LIMIT
        deadline = time.monotonic() + SETUP_LIMIT
        while True:
            event = supervisor.next_event(deadline)
            if event is None and self.phase != "killed" and (left := self._left()) > 0:
                deadline = time.monotonic() + left
                continue
            if event is None and self._has_ended(supervisor):
                return
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
                before, self.limit = self.current, self._take(event)
                if self.current is not before or self.current is None:
                    self._restart_clock(supervisor.pid)
                deadline = time.monotonic() + self._left()

    def _left(self) -> float:
        """Return the seconds until the next event can be too late at the earliest."""
        assert self.clock is not None
        return min(self.clock.left(self.limit, WALL * self.limit), self._left_in_all())

    def _left_in_all(self) -> float:
        """Return the seconds until the whole submission can have taken too long at the earliest; 0 once it has."""
        assert self.clock is not None
        used, elapsed = self.used + self.clock.used, self.elapsed + self.clock.elapsed
        return max(0.0, min(self.seconds - used, WALL * self.seconds - elapsed))

    def _restart_clock(self, root: int) -> None:
        """Note what the clock has measured, while the processes that waited are there to tell; begin anew."""
        if self.clock is not None:
            self.used += self.clock.used
            self.elapsed += self.clock.elapsed
        self.clock = Stopwatch(root)

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
                self.calls, self.consoles, self.cloud = (), [], None
            case "skip":
                if self.clock is not None:  # of the check alone: one that waits for ever costs the others nothing
                    self.clock.skip(event["seconds"])
            case "call":
                self.call = event["text"]
            case "calls":
                self.calls = tuple(TracedCall(**one) for one in event["calls"])
            case "consoles":
                self.consoles = event["lines"]
            case "cloud":
                self.cloud = event["cloud"]
            case "end":
                self._report(event["seconds"], **event["told"])
            case "done":
                self.finished = True
                return GOODBYE_LIMIT
        return self._limit_of(self.current) if self.current is not None else SETUP_LIMIT

    def _limit_of(self, check: Check) -> float:
        return hurried(check.limit) if self.slow[check.task] >= PATIENCE else check.limit

    def _report(self, seconds: float, outcome: Outcome, **told: Any) -> None:
        check, self.current = self.current, None
        assert check is not None
        result = CheckResult(
            check.name,
            check.level,
            check.points,
            outcome,
            seconds=seconds,
            calls=self.calls,
            cloud=self.cloud,
            printed=self._printed(check.id),
            **told,
        )
        self.found[check.id] = result
        if self.watch:
            self.watch(check, result)

    def _printed(self, check: str) -> str:
        if not self.own or self.supervisor is None:
            return ""
        begin, end = (output_mark(self.own, word, check) for word in ("begin", "end"))
        return self.supervisor.printed_between(begin, end)

    def _has_ended(self, supervisor: WarmServer) -> bool:
        """Ask a child that takes too long for its AWS calls and consoles; return whether it has ended meanwhile."""
        if not self.own or self.current is None or self.phase == "killed":
            return False
        supervisor.ask_for_calls()
        until = time.monotonic() + CALLS_LIMIT
        while self.current is not None and (event := supervisor.next_event(until)) is not None:
            if event["event"] == "exit":
                self._ended(event["status"])
                return True
            self._take(event)
            if event["event"] == "consoles":
                break
        return False

    def _too_long(self, supervisor: WarmServer) -> None:
        line, where = self._place(supervisor.stack())
        supervisor.kill()
        if self.clock is not None and self._left_in_all() <= 0:
            self._give_up("timeout", f"stopped: it took longer in all than a submission may{where}")
        if self.current is not None:
            limit = self._limit_of(self.current)
            if self.clock is not None and self.clock.wall >= WALL * limit > self.clock.charged * WALL:
                found = f"it had {self.clock.wall:.0f} s, and waited most of them for a processor: others held it"
                self._report(round(self.clock.wall, 2), "not_run", message=f"not judged: {found}")
                return
            self.slow[self.current.task] += 1
            self._unfinished("timeout", f" within {limit:g} s", f"it still running{where}", line)
        elif self.phase == "loading":
            name = self.submission.path.name
            self._give_up("timeout", f"{name} was not imported within {IMPORT_LIMIT:g} s; it was still running{where}")
        elif self.phase == "setup":
            self._give_up("tool_error", f"the checks were not ready within {SETUP_LIMIT:g} s")

    def _unfinished(self, outcome: Outcome, within: str, found: str, line: int | None = None) -> None:
        seconds = round(time.monotonic() - self.began, 2)
        if self.call is None:
            self._report(seconds, outcome, message=f"expected the check to end{within}; found {found}")
            return
        wrong = Wrong(called=self.call, expected=f"a result{within}", found=found)
        wrong.line, wrong.code = line, line_of(self.path, line) if line else None
        wrong.evidence += self.consoles
        self._report(seconds, outcome, **wrong.parts())

    def _place(self, stack: str) -> tuple[int | None, str]:
        """Return the line of the submission that is running, and where that is in words."""
        path = re.escape(str(self.path))
        match = re.search(rf'File "{path}", line (\d+) in (\S+)', stack)
        if match is None:
            return None, ""
        return int(match[1]), f" in {match[2]} ({self.submission.path.name} line {match[1]})"

    def _ended(self, status: int) -> None:
        if self.current is not None:
            self._unfinished("killed", "", _how(status))
        elif self.phase == "loading" and not self.finished:
            name = self.submission.path.name
            self._give_up("killed", f"{name} ended the interpreter while it was imported ({_how(status)})")


def _how(status: int) -> str:
    return (
        f"the process killed by signal {-status}" if status < 0 else f"that the process ended with exit status {status}"
    )
