"""Format results for a terminal, 80 columns wide. Nothing here decides anything."""

from __future__ import annotations

import os
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from day89.course.exercise.tasks import exercises, task, tasks
from day89.course.reports import failure
from day89.course.reports.causes import Cause, causes
from day89.course.results.results import CheckResult, Results, SubmissionResult, TaskResult

__all__ = ["clean", "draw", "wants_color"]

WIDTH = 80
MESSAGES_PER_TASK = 3
INDENT = "      "
STARTED = ("core_incomplete", "core_done")
WORDS = {
    "complete": "complete",
    "core_done": "core done",
    "core_incomplete": "core incomplete",
    "not_started": "not started",
}
COLORS = {"complete": "32", "core_done": "32", "core_incomplete": "31", "not_started": "2", "strong": "1"}
OUTCOMES = {
    "timeout": "took too long",
    "killed": "crashed",
    "tool_error": "not judged: the check broke",
    "not_run": "not judged",
    "blocked": "not judged",
}
# What a submission prints or names can hold anything, also codes that move the cursor or rewrite the screen.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def wants_color(stream: TextIO) -> bool:
    """Return whether to colour: on a terminal, and where NO_COLOR (https://no-color.org) is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def clean(text: str) -> str:
    """Return text without control characters."""
    return CONTROLS.sub("�", text)


def draw(results: Results, *, color: bool = False, whole: bool = True) -> str:
    """Return the report on a run as text.

    Args:
        results: the run.
        color: use terminal colours.
        whole: all tasks were asked for, not a choice of them.
    """
    return "\n".join(_Drawing(results, color).lines(submission, whole) for submission in results.submissions)


class _Drawing:
    def __init__(self, results: Results, color: bool) -> None:
        self.results = results
        self.color = color

    def lines(self, submission: SubmissionResult, whole: bool) -> str:
        """Return the whole report on one submission."""
        seed = f"seed {self.results.seed}"
        head = [self.paint("strong", clean(submission.path)[: WIDTH - len(seed) - 1].ljust(WIDTH - len(seed)) + seed)]
        if submission.status in ("unreadable", "timeout", "killed") and not any(one.checks for one in submission.tasks):
            return "\n".join([*head, "", *_wrapped(submission.message or "", ""), "", *self.total(submission)])
        parts = [head, self.table(submission.tasks), _working(submission.tasks), _carried(submission.tasks)]
        found = causes([one.as_json() for one in submission.tasks])
        parts += [self.failure(one, found) for one in submission.tasks if one.status in STARTED and one.checks]
        parts.append([*self.total(submission), *_next(submission, whole)])
        return "\n".join("\n".join(part) for part in parts if part)

    def paint(self, what: str, text: str) -> str:
        """Colour text, where colours are wanted."""
        return f"\x1b[{COLORS[what]}m{text}\x1b[0m" if self.color else text

    def table(self, found: Iterable[TaskResult]) -> list[str]:
        """Return the table of tasks under their exercises."""
        lines, results = [], {one.id: one for one in found}
        for exercise in exercises():
            rows = [
                self.row(results[one.id]) for one in tasks() if one.exercise == exercise.number and one.id in results
            ]
            if rows:
                title = f"Exercise {exercise.number}: {exercise.title}"
                lines += ["", self.paint("strong", f"{title:<48}core  mastery  points"), *rows]
        return lines

    def row(self, one: TaskResult) -> str:
        """Return one line of the table."""
        status = self.paint(one.status, f"{WORDS[one.status]:<16}")
        core, mastery = (_level(one.checks, level) for level in ("core", "mastery"))
        return f"  {one.id}  {one.function:<23}{status}{core:>8}{mastery:>9}  {one.earned:g} of {one.points:g}".rstrip()

    def failure(self, one: TaskResult, found: Sequence[Cause]) -> list[str]:
        """Return what went wrong in a task, each cause once, and where to look next."""
        own = [cause for cause in found if cause.task == one.id]
        earlier = ", ".join(cause.task for cause in found if one.id in cause.tasks)
        lines = ["", self.paint(one.status, f"{one.id} {one.function}") + f": {_count(one.checks)}"]
        for cause in own[:MESSAGES_PER_TASK]:
            lines += self.message(cause)
        if (more := len(own) - MESSAGES_PER_TASK) > 0:
            lines.append(f"  and {more} more: correct these first")
        if earlier:
            lines.append(f"  {'the others fail' if own else 'they fail'} for what is told under {earlier}")
        described = task(one.id)
        lines += _wrapped(f'Read "{described.lesson}" in docs/lesson.md', "  ")
        return [*lines, f"  {described.doc}", f"  Stuck? day89 hint {one.id}"]

    def message(self, cause: Cause) -> list[str]:
        """Return the lines on one cause of failures."""
        check = cause.check
        words = [check["level"], *filter(None, [OUTCOMES.get(check["outcome"], ""), cause.also])]
        title = f"  - {check['name'].replace('_', ' ')} ({'; '.join(words)})"
        title = title if len(title) <= WIDTH else f"{title[: WIDTH - 1]}…"
        lines = failure.as_lines(check, WIDTH - len(INDENT), failure.LINES - 1)
        return [clean(title), *(clean(INDENT + line) for line in lines)]

    def total(self, submission: SubmissionResult) -> list[str]:
        """Return the line with the sum."""
        tally: Counter[str] = Counter(one.status for one in submission.tasks)
        counts = [f"{tally[status]} {word}" for status, word in WORDS.items() if tally[status]]
        score = f"{submission.score:g} of {submission.max_score:g} points"
        if not any(one.checks for one in submission.tasks) and submission.status != "graded":
            return [self.paint("strong", f"Total: {score}; nothing could be judged yet.")]
        counts += [f"{submission.not_judged} checks not judged"] if submission.not_judged else []
        return ["", self.paint("strong", f"Total: {score}") + f" ({', '.join(counts)})"]


def _level(checks: Iterable[CheckResult], level: str) -> str:
    chosen = [check for check in checks if check.level == level]
    return f"{sum(check.passed for check in chosen)}/{len(chosen)}" if chosen else "-"


def _count(checks: tuple[CheckResult, ...]) -> str:
    return f"{sum(check.passed for check in checks)} of {len(checks)} checks pass"


def _working(found: Iterable[TaskResult]) -> list[str]:
    """Return the line that says what works already: it comes before what does not."""
    done = [one for one in found if one.status == "complete"]
    partly = [one for one in found if one.status in STARTED and any(check.passed for check in one.checks)]
    if not partly and not done:
        return []
    words = []
    if done:
        words.append(f"{len(done)} {'task is' if len(done) == 1 else 'tasks are'} complete")
    words += [f"in {one.id} {_count(one.checks)}" for one in partly[:4]]
    return ["", *_wrapped("What works: " + "; ".join(words) + ".", "")]


def _carried(found: Iterable[TaskResult]) -> list[str]:
    """Return the lines that say for which functions the course's own stood in."""
    lines = []
    for one in found:
        if one.carried:
            lines += _wrapped(f"{one.id} was judged with the course's own {', '.join(one.carried)} as well.", "")
    return lines


def _next(submission: SubmissionResult, whole: bool) -> list[str]:
    """Return the next step: the first task whose core is incomplete, then one not started, then one core done."""
    for status, step in (("core_incomplete", "correct"), ("not_started", "write"), ("core_done", "complete")):
        for one in submission.tasks:
            if one.status == status:
                described = task(one.id)
                how = f"day89 grade --task {one.id}" if submission.path == "exercise.py" else ""
                line = f"Next: {step} {one.function} ({described.title.lower()}, about {described.minutes} min)"
                return _wrapped(f"{line}. Its docstring says all; then {how or 'grade again'}.", "")
    return ["Next: take the quiz (day89 quiz), then read day89/ as it is finished." if whole else "Next: day89 grade"]


def _wrapped(text: str, indent: str) -> list[str]:
    lines = []
    for line in clean(text).split("\n"):
        lines += textwrap.wrap(
            line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        ) or [""]
    return lines
