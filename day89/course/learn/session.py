"""Follow one learner through one file: which task is open, what its checks found, what each key does. Draws nothing."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from day89.course.exercise.submission import Unreadable, read
from day89.course.exercise.tasks import Task, first_hour, tasks
from day89.course.grading.run import Watcher
from day89.course.learn.fingerprint import fingerprints
from day89.course.learn.frame import Entry, FrameScreen, FrameView
from day89.course.learn.lesson import docstring, line_of, put_stub_back
from day89.course.learn.progress import left_minutes, today_words
from day89.course.learn.state import LearnerState, minutes_by_task
from day89.course.learn.views import (
    STEPS,
    Listing,
    docstring_view,
    example_view,
    keys_view,
    list_view,
    order,
    output_view,
    solution_view,
    trace_view,
)
from day89.course.reports.own import first_failure
from day89.course.results.results import Check, CheckResult, SubmissionResult, TaskResult
from day89.errors import Day89Error

__all__ = ["Judging", "LearnerSession"]

HINTS = ("goal", "look", "api", "example")
STATUSES = ("not_started", "core_incomplete", "core_done", "complete")
MARKS = {"complete": "ok", "core_done": "ok", "core_incomplete": ".."}


class Judging(Protocol):
    """What judges tasks of the file, see ``day89.course.learn.judge.TaskJudge``."""

    def judge(self, chosen: Sequence[Task], seed: int, watch: Watcher | None = None) -> SubmissionResult:
        """Judge tasks of the file as it is now."""


class LearnerSession:
    """One learner's session with one file.

    Args:
        path: the file.
        judging: what judges it.
        state: the memory of the course folder.
        task: the task to begin with; None goes on where the learner was.
        seed: seed of made-up names; None draws one.

    Attributes:
        task: the open task.
        note: one line that answers the last key, or nothing.
    """

    def __init__(
        self, path: Path, judging: Judging, state: LearnerState, task: Task | None = None, seed: int | None = None
    ) -> None:
        self.path, self.judging, self.state = path, judging, state
        self.seed = seed if seed is not None else random.SystemRandom().randrange(10**6)
        self.results: dict[str, TaskResult] = {}
        self.problem: str | None = None
        self.note = ""
        self.broken: tuple[str, ...] | None = None
        self.status = ""
        self.view: FrameView | None = None
        self.listing: Listing | None = None
        self.asking: Callable[[], str | None] | None = None
        self.tree: ast.Module | None = None
        self.on_shown: Callable[[LearnerSession], None] | None = None  # told whenever there is something new to show
        self.open_page: Callable[[], str] | None = None  # opens the page, and says so
        self.task = task or self._first()
        self.open(self.task)

    def _first(self) -> Task:
        known = next((task for task in tasks() if task.id == self.state.current), None)
        if known is not None and not self.state[known.id].done:
            return known
        return next((task for task in order() if not self.state[task.id].done), order()[0])

    def open(self, task: Task) -> None:
        """Go to a task."""
        self.task, self.view, self.listing, self.asking = task, None, None, None
        self.state.current = task.id
        self.state.add("opened", task.id)
        self.state.save()

    def check(self, watch: Watcher | None = None, event: str = "saved") -> None:
        """Judge the open task of the file as it is now.

        Args:
            watch: told of each check that has ended.
            event: what is remembered as the reason.
        """
        began = time.monotonic()
        self.view, self.listing, self.asking, self.note, self.broken = None, None, None, "", None
        self.results.pop(self.task.id, None)
        self.problem = self.parse()
        if self.problem is None:
            self._judge([self.task], watch)
        saved = datetime.now().strftime("%H:%M:%S")
        self.status = f"saved {saved}, checked {time.monotonic() - began:.1f} s"
        result = self.results.get(self.task.id)
        failed = first_failure(result) if result else None
        passed = sum(check.passed for check in result.checks) if result else 0
        facts: dict[str, Any] = {
            "passed": passed,
            "failed": len(result.checks) - passed if result else 0,
            "seed": self.seed,
        }
        facts |= {"check": failed.name, "mistake": failed.mistake} if failed else {}
        self.state.add(event, self.task.id, **facts)
        self.state.save()

    def preview(self, check: Check, result: CheckResult) -> bool:
        """Take over what a check of the open task found while others still run; return whether it failed first."""
        if check.task != self.task.id or result.outcome == "not_started":
            return False
        before = self.results.get(self.task.id)
        checks = (*(before.checks if before else ()), result)
        task = self.task
        self.results[task.id] = TaskResult(task.id, task.function, "core_incomplete", task.points, 0.0, checks)
        return not result.passed and sum(not one.passed for one in checks) == 1

    def touched(self) -> list[Task]:
        """Return the other tasks that worked before and may have been touched by the last change."""
        now = self._fingerprints()
        return [
            task
            for task in tasks()
            if task != self.task
            and self.state[task.id].done
            and (self.state[task.id].again or now.get(task.function) != self.state[task.id].fingerprint)
        ]

    def check_others(self, watch: Watcher | None = None) -> None:
        """Judge again what worked before and may have been touched by the last change."""
        touched = self.touched()
        worked = {task: STATUSES.index(self.state[task.id].status) for task in touched}
        if touched and self.problem is None:
            self._judge(touched, watch)
            self.state.save()
        broken = [task for task, rank in worked.items() if STATUSES.index(self.state[task.id].status) < rank]
        self.broken = tuple(f"{task.id} {task.function}" for task in broken) if self.problem is None else None

    def check_all(self, watch: Watcher | None = None) -> None:
        """Judge every task, and so rebuild what is remembered."""
        self.problem = self.parse()
        if self.problem is None:
            self.state.trouble = None
            self._judge(tasks(), watch)
            done = sum(result.status == "complete" for result in self.results.values())
            earned = sum(result.earned for result in self.results.values())
            most = sum(task.points for task in tasks())
            self.note = f"all checked: {done} of {len(tasks())} tasks complete, {earned:g} of {most:g} points"
            self.state.save()

    def parse(self) -> str | None:
        """Read the file as it is now; return why it cannot be, or None."""
        try:
            self.tree = read(self.path).tree
        except Unreadable as error:
            return str(error)
        return None

    def _judge(self, chosen: Sequence[Task], watch: Watcher | None) -> None:
        result = self.judging.judge(chosen, self.seed, watch)
        if result.status != "graded" and not any(one.checks for one in result.tasks):
            self.problem = result.message
            return
        now = self._fingerprints()
        for one in result.tasks:
            self.results[one.id] = one
            function = one.function
            self.state.note(one, now.get(function), self.seed)

    def _fingerprints(self) -> dict[str, str]:
        return fingerprints(self.tree, [task.function for task in tasks()]) if self.tree else {}

    @property
    def result(self) -> TaskResult | None:
        """Return the verdict on the open task, or None."""
        return self.results.get(self.task.id)

    @property
    def is_complete(self) -> bool:
        """Return whether the open task is complete."""
        return self.result is not None and self.result.status == "complete"

    @property
    def line(self) -> int:
        """Return the line on which the open task's function begins; 1 where it is not there."""
        return (line_of(self.tree, self.task.function) if self.tree else None) or 1

    def press(self, key: str) -> str | None:
        """Do what a key asks for.

        Returns:
            What is left to the caller: ``quit``, ``check``, ``check all``, ``edit``, or None.
        """
        self.note = ""
        if self.asking is not None:
            asked, self.asking = self.asking, None
            if key == "y":
                return asked()
            self.note = "nothing was changed"
            return None
        if self.listing is not None:
            return self._press_in_list(key, self.listing)
        if self.view is not None:
            return self._press_in_view(key, self.view)
        action = getattr(self, f"_key_{'help' if key == '?' else key}", None)
        if action is None:
            return None
        self.state.add("key", self.task.id, key=key)
        done: str | None = action()
        return done

    def _key_q(self) -> str:
        return "quit"

    def _key_r(self) -> str:
        return "check"

    def _key_a(self) -> str:
        return "check all"

    def _key_e(self) -> str:
        return "edit"

    def _key_n(self) -> str | None:
        if not self.state[self.task.id].done:
            self.note = f"the core of {self.task.id} is incomplete: n goes on once it works; l opens any task"
            return None
        if (following := self.following()) is None:
            self.note = "all tasks are complete: day89 quiz, then day89 demo train"
            return None
        self.open(following)
        return "check"

    def _key_p(self) -> str | None:
        place = order().index(self.task)
        if place == 0:
            self.note = "this is the first task"
            return None
        self.open(order()[place - 1])
        return "check"

    def following(self) -> Task | None:
        """Return the next task whose core is not done, after this one or from the beginning; else one not complete."""
        place = order().index(self.task)
        around = [*order()[place + 1 :], *order()[:place]]
        rest = [task for task in around if self.state[task.id].status != "complete"]
        return next((task for task in rest if not self.state[task.id].done), rest[0] if rest else None)

    def _key_h(self) -> None:
        one = self.state[self.task.id]
        one.hints = min(one.hints + 1, len(HINTS))
        self.state.add("hint", self.task.id, hint=one.hints)
        self.state.save()
        if one.hints == len(HINTS):
            self.view = example_view(self.task)

    def _key_w(self) -> None:
        self.note = self.open_page() if self.open_page is not None else "the page cannot be opened here"

    def shown(self) -> None:
        """Tell whoever shows this session that there is something new."""
        if self.on_shown is not None:
            self.on_shown(self)

    def _key_d(self) -> None:
        self.view = docstring_view(self.task, self.path.parent)

    def told(self) -> CheckResult | None:
        """Return the check whose calls and prints are shown: the first that failed, else the first."""
        if self.result is None:
            return None
        return first_failure(self.result) or next(iter(self.result.checks), None)

    def _key_t(self) -> None:
        check = self.told()
        self.view = trace_view(check) if check else None
        self.note = "" if check else "no check has run yet"

    def _key_o(self) -> None:
        check = self.told()
        self.view = output_view(check) if check else None
        self.note = "" if self.view else "it printed nothing"

    def _key_l(self) -> None:
        self.listing = Listing(cursor=order().index(self.task))

    def _key_s(self) -> None:
        if not self.is_complete:
            self.note = "the course's solution is shown once yours is complete"
            return
        self.view = solution_view(self.task)

    def _key_x(self) -> None:
        self.asking = self._reset
        self.note = f"put the bare stub of {self.task.function} back? y/n (the file is kept as a .bak)"

    def _key_help(self) -> None:
        self.view = keys_view()

    def _reset(self) -> str | None:
        try:
            put_stub_back(self.path, self.task)
        except (OSError, Unreadable, Day89Error) as error:
            self.note = f"not reset: {error}"
            return None
        return "check"

    def _press_in_view(self, key: str, view: FrameView) -> str | None:
        if key in STEPS:
            top = min(view.top + STEPS[key], max(0, len(view.lines) - 3))
            self.view = replace(view, top=max(0, top))
        elif key == "q":
            return "quit"
        else:
            self.view = None
        return None

    def _press_in_list(self, key: str, listing: Listing) -> str | None:
        shown = listing.shown()
        if key == "enter":
            if not shown:
                return None
            self.open(shown[min(listing.cursor, len(shown) - 1)])
            return "check"
        if key == "escape":
            self.listing = None
        elif key in ("up", "down"):
            listing.cursor = max(0, min(listing.cursor + (1 if key == "down" else -1), len(shown) - 1))
        elif key == "backspace":
            listing.text, listing.cursor = listing.text[:-1], 0
        elif listing.typing and (len(key) == 1 or key == "space"):
            listing.text, listing.cursor = listing.text + (" " if key == "space" else key), 0
        elif key == "/":
            listing.typing = True
        elif key == "q":
            return "quit"
        return None

    def screen(self) -> FrameScreen:
        """Return everything that the screen shows now."""
        place = f"{self.path.name}:{self.line}"
        path = first_hour()
        return FrameScreen(
            task=self.task,
            place=place,
            result=self.result,
            problem=self.problem,
            hints=self._hints(),
            first_hour=tuple(self._entry(task) for task in path),
            others=tuple(self._entry(task) for task in order() if task not in path),
            today=today_words(self.state),
            left=left_minutes(self.state),
            passed=self._passed() if self.is_complete else (),
            may_go_on=self.state[self.task.id].done,
            broken=self.broken,
            status=self.status,
            docstring=docstring(self.task),
            note=self.note or self.state.trouble or "",
            view=list_view(self.listing, self.state) if self.listing is not None else self.view,
        )

    def _hints(self) -> tuple[str, ...]:
        shown = self.state[self.task.id].hints
        texts = (
            self.task.hints.goal,
            self.task.hints.look,
            self.task.hints.api,
            "a sibling, worked out: h shows it again",
        )
        return texts[:shown]

    def _entry(self, task: Task) -> Entry:
        one = self.state[task.id]
        mark = ">" if task == self.task else MARKS.get(one.status, "")
        return Entry(task, mark, str(task.minutes), one.done)

    def _passed(self) -> tuple[str, ...]:
        learned = docstring(self.task).split("\n", 1)[0]
        spent = round(minutes_by_task(self.state.events()).get(self.task.id, 0.0))
        words = [f"Learned: {learned[:1].lower()}{learned[1:]} {spent} min on it. s shows the course's solution."]
        following = self.following()
        if following is None:
            return (*words, "All tasks are complete. Next: day89 quiz, then day89 demo train.")
        if self.task.path and not following.path and all(self.state[task.id].done for task in first_hour()):
            words.append(
                "The first hour's tasks are done. Now watch the pipeline, day89 demo train, and answer ten questions, "
                "day89 quiz: 15 min. n goes on to the tasks after it."
            )
        line = line_of(self.tree, following.function) if self.tree else None
        where = f", {self.path.name}:{line}" if line else ""
        return (*words, f"n  next: {following.id} {following.function}{where}, about {following.minutes} min")
