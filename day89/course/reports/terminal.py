"""Format results for a terminal, 80 columns wide. Nothing here decides anything."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from day89.course.exercise.tasks import Task, exercises, first_hour, task, tasks
from day89.course.reports import failure
from day89.course.reports.causes import causes
from day89.course.reports.layout import clean, fit, sides, wrap
from day89.course.reports.own import calls_lines, first_failure, printed_lines
from day89.course.results.results import CheckResult, Results, SubmissionResult, TaskResult

__all__ = ["clean", "draw", "wants_color", "width_of"]

WIDTH = 80
NARROWEST = 40
TABLE_WIDTH = 72  # of the table with all its columns
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


def wants_color(stream: TextIO) -> bool:
    """Return whether to colour: on a terminal, and where NO_COLOR (https://no-color.org) is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def width_of(stream: TextIO) -> int:
    """Return the columns that a report may take: those of the terminal, 80 at most."""
    columns = shutil.get_terminal_size((WIDTH, 24)).columns if stream.isatty() else WIDTH
    return max(NARROWEST, min(WIDTH, columns))


def draw(results: Results, *, color: bool = False, whole: bool = True, trace: bool = False, width: int = WIDTH) -> str:
    """Return the report on a run as text: the table, the first failure in full, the others counted.

    Args:
        results: the run.
        color: use terminal colours.
        whole: all tasks were asked for, not a choice of them.
        trace: show all AWS calls of the first failure, with their parameters.
        width: columns.
    """
    drawing = _Drawing(results, color, trace, width)
    return "\n".join(drawing.lines(submission, whole) for submission in results.submissions)


class _Drawing:
    def __init__(self, results: Results, color: bool, trace: bool, width: int) -> None:
        self.results = results
        self.color = color
        self.trace = trace
        self.width = width

    def lines(self, submission: SubmissionResult, whole: bool) -> str:
        """Return the whole report on one submission."""
        seed = f"seed {self.results.seed}"
        head = [self.paint("strong", sides(clean(submission.path), seed, self.width))]
        if submission.status in ("unreadable", "timeout", "killed") and not any(one.checks for one in submission.tasks):
            return "\n".join([*head, "", *wrap(submission.message or "", self.width), "", *self.total(submission)])
        parts = [head, self.table(submission.tasks), self.working(submission.tasks), self.carried(submission.tasks)]
        parts += self.failures([one for one in submission.tasks if one.status in STARTED and one.checks])
        parts.append([*self.total(submission), *wrap(_next(submission, whole), self.width)])
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
                heading = f"{title:<48}core  mastery  points" if self.width >= TABLE_WIDTH else title
                lines += ["", self.paint("strong", heading), *rows]
        return lines

    def row(self, one: TaskResult) -> str:
        """Return one line of the table."""
        status = self.paint(one.status, f"{WORDS[one.status]:<16}")
        if self.width < TABLE_WIDTH:
            return f"  {one.id}  {one.function:<23}{status}{one.earned:g}/{one.points:g}"
        core, mastery = (_level(one.checks, level) for level in ("core", "mastery"))
        return f"  {one.id}  {one.function:<23}{status}{core:>8}{mastery:>9}  {one.earned:g} of {one.points:g}".rstrip()

    def failures(self, failed: Sequence[TaskResult]) -> list[list[str]]:
        """Return what to look at first, in full, and how many more there are: one thing is corrected at a time."""
        if not failed:
            return []
        first = next((one for one in failed if one.status == "core_incomplete"), failed[0])
        others = [f"{one.id} {one.function} ({_count(one.checks)})" for one in failed if one is not first]
        more = ["", *wrap("After that: " + "; ".join(others) + ".", self.width)] if others else []
        return [self.failure(first, failed), more]

    def failure(self, one: TaskResult, failed: Sequence[TaskResult]) -> list[str]:
        """Return the first failure of a task, what else fails for the same cause, and where to look next."""
        check = first_failure(one)
        lines = ["", self.paint(one.status, f"{one.id} {one.function}") + f": {_count(one.checks)}"]
        if check is not None:
            found = causes([each.as_json() for each in [one, *(other for other in failed if other is not one)]])
            own = [cause for cause in found if cause.task == one.id]
            lines += self.message(check, own[0].also if own else "")
            lines += [f"  and {len(own) - 1} more: this one first"] if len(own) > 1 else []
        described = task(one.id)
        lines += wrap(f'Read "{described.lesson}" in the lesson.', self.width, "  ")
        return [*lines, f"  {described.doc}", f"  Stuck? day89 hint {one.id}. To debug: day89 debug {one.id}"]

    def message(self, check: CheckResult, also: str = "") -> list[str]:
        """Return the lines on one failed check: its parts, its AWS calls with their price, what it printed."""
        words = "; ".join(filter(None, [check.level, OUTCOMES.get(check.outcome, ""), also]))
        title = f"  - {check.name.replace('_', ' ')} ({words})"
        inner = self.width - len(INDENT)
        lines = failure.as_lines(check.as_json(), inner, failure.LINES - 1)
        calls = calls_lines(check.calls, inner, whole=self.trace) if check.calls else []
        told = [*lines, *calls, *printed_lines(check.printed, inner)]
        return [fit(clean(line), self.width) for line in [title, *(INDENT + line for line in told)]]

    def working(self, found: Iterable[TaskResult]) -> list[str]:
        """Return the line that says what works already: it comes before what does not."""
        done = [one for one in found if one.status == "complete"]
        partly = [one for one in found if one.status in STARTED and any(check.passed for check in one.checks)]
        if not partly and not done:
            return []
        words = [f"{len(done)} {'task is' if len(done) == 1 else 'tasks are'} complete"] if done else []
        words += [f"in {one.id} {_count(one.checks)}" for one in partly[:4]]
        return ["", *wrap("What works: " + "; ".join(words) + ".", self.width)]

    def carried(self, found: Iterable[TaskResult]) -> list[str]:
        """Return the lines that say for which functions the course's own stood in."""
        words = [f"{one.id} was judged with the course's own {', '.join(one.carried)}" for one in found if one.carried]
        return wrap("; ".join(words) + ": yours has failed checks of its own.", self.width) if words else []

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


def _next(submission: SubmissionResult, whole: bool) -> str:
    """Return the next step: the first task whose core is incomplete, then one not started, then one core done."""
    for status, step in (("core_incomplete", "correct"), ("not_started", "write"), ("core_done", "complete")):
        for one in submission.tasks:
            if one.status == status:
                described = task(one.id)
                how = f"day89 grade --task {one.id}" if submission.path == "exercise.py" else ""
                line = f"Next: {step} {one.function} ({described.title.lower()}, about {described.minutes} min)"
                return f"{line}. Its docstring says all; then {how or 'grade again'}."
    if following := None if whole else _following(submission):
        return f"Next: {following.id} {following.function} ({following.title.lower()}), with day89 or day89 grade."
    return "Next: take the quiz (day89 quiz), then watch a whole system run (day89 demo train)."


def _following(submission: SubmissionResult) -> Task | None:
    """Return the task after those that were graded: in the first hour's order, then in the course's."""
    graded = {one.id for one in submission.tasks}
    order = dict.fromkeys([*first_hour(), *tasks()])
    places = [place for place, one in enumerate(order) if one.id in graded]
    return next((one for place, one in enumerate(order) if place > max(places, default=-1)), None)
