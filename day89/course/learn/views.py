"""The texts that a key shows in place of the task: docstring, trace, output, solution, keys, the list of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from day89.course.exercise.files import course_file
from day89.course.exercise.stub import function_source, helpers
from day89.course.exercise.tasks import Task, first_hour, tasks
from day89.course.learn.frame import KEYS, FrameView
from day89.course.learn.lesson import docstring, section
from day89.course.learn.state import LearnerState
from day89.course.reports.own import calls_lines, printed_lines
from day89.course.results.results import CheckResult

__all__ = [
    "STEPS",
    "Listing",
    "docstring_view",
    "example_view",
    "keys_view",
    "list_view",
    "order",
    "output_view",
    "solution_view",
    "trace_view",
]

WIDTH = 76
PAGE, END = 15, 10**6
# Keys that move a view, by so many lines.
STEPS = {"down": 1, "up": -1, "space": PAGE, "page down": PAGE, "page up": -PAGE, "home": -END, "end": END}
RUNS = "It runs as it is on the local cloud (day89 cloud). Say why each line is there, then write your own."


def order() -> tuple[Task, ...]:
    """Return all tasks in the order in which the loop offers them: the first hour, then hour by hour."""
    path = first_hour()
    return (*path, *sorted((task for task in tasks() if task not in path), key=lambda task: (task.hour, task.id)))


@dataclass
class Listing:
    """The list of tasks while it is open.

    Attributes:
        text: what is searched for.
        typing: letters go into the search.
        cursor: the chosen line.
    """

    text: str = ""
    typing: bool = False
    cursor: int = 0

    def shown(self) -> list[Task]:
        """Return the tasks that hold every word of the search."""
        words = self.text.lower().split()
        named = {task: f"{task.id} {task.function} {task.title}".lower() for task in order()}
        return [task for task, text in named.items() if all(word in text for word in words)]


def list_view(listing: Listing, state: LearnerState) -> FrameView:
    """Return the list of tasks with where each stands."""
    shown = listing.shown()
    cursor = min(listing.cursor, max(0, len(shown) - 1))
    lines = []
    for place, task in enumerate(shown):
        pointer = ">" if place == cursor else " "
        hour = "first hour" if task.path else f"hour {task.hour}"
        word = state[task.id].word
        lines.append(f"{pointer} {task.id} {task.function:<23}{word:<17}{hour:<12}{task.minutes:>3} min")
    title = f"Tasks: /{listing.text}" if listing.typing or listing.text else "Tasks"
    return FrameView(title, tuple(lines or ["nothing is called so"]), cursor=cursor)


def example_view(task: Task) -> FrameView:
    """Return the last hint: a sibling problem, worked out."""
    lines = (*task.hints.example.strip().splitlines(), "", RUNS)
    return FrameView(f"Hint 4 of 4: a sibling of {task.id}, worked out", lines)


def docstring_view(task: Task, folder: Path) -> FrameView:
    """Return all that is asked, and the section of the lesson that teaches it."""
    lines = docstring(task).splitlines()
    if lesson := section(task, folder):
        lines += ["", f"From the lesson: {task.lesson}", "", *lesson.splitlines()]
    return FrameView(f"{task.id} {task.function}: all that is asked", (*lines, "", task.doc), prose=True)


def trace_view(check: CheckResult) -> FrameView:
    """Return every AWS call that the learner's code made in a check, with its parameters."""
    title = f"AWS calls of your code in: {check.name.replace('_', ' ')}"
    return FrameView(title, tuple(calls_lines(check.calls, WIDTH, whole=True)))


def output_view(check: CheckResult) -> FrameView | None:
    """Return everything that was printed in a check, or None where nothing was."""
    lines = printed_lines(check.printed, 10_000, whole=True)
    return FrameView(lines[0], tuple(line[3:] for line in lines[1:])) if lines else None


def solution_view(task: Task) -> FrameView:
    """Return the course's own answer, with the helpers that it uses."""
    solution = course_file("solution.py").read_text("utf-8")
    names = [task.function, *helpers(solution, task.function)]
    source = "\n\n\n".join(function_source(solution, name) for name in names)
    return FrameView(f"The course's solution of {task.id}, one of many that are right", tuple(source.splitlines()))


def keys_view() -> FrameView:
    """Return what each key does."""
    lines = [f"{key:<4}{words}" for key, words, _ in KEYS]
    more = ["", "Each save checks the open task. Nothing goes on by itself. What you did is in .day89/."]
    return FrameView("Keys, without Enter", (*lines, *more))
