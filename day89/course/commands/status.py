"""Show how far a learner is: ``day89 status``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from day89.course.exercise.tasks import Task, first_hour, tasks
from day89.course.learn.progress import progress_line, questions_due, quiz_words
from day89.course.learn.state import LearnerState, minutes_by_day, minutes_by_task

__all__ = ["configure", "run"]

DAYS = 14  # the last ones that are shown


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="the course folder; default: this one")


def run(args: argparse.Namespace) -> int:
    """Print the tasks, the hints used, the quiz, and the minutes over days."""
    state = LearnerState(Path(args.folder))
    events = list(state.events())
    minutes = minutes_by_task(events)
    print(progress_line(state))
    if state.trouble:
        print(state.trouble)
    path = first_hour()
    for title, chosen in (("First hour", path), *_hours(path)):
        print(f"\n{title:<34}{'':<17}hints  minutes")
        for task in chosen:
            one = state[task.id]
            spent = f"{minutes[task.id]:.0f}" if task.id in minutes else "-"
            print(f"  {task.id} {task.function:<28}{one.word:<17}{one.hints or '-':>5}{spent:>5} of {task.minutes}")
    print(f"\nQuiz: {quiz_words()}" + (f"; {questions_due()} due today: day89 quiz" if questions_due() else ""))
    days = list(minutes_by_day(events).items())[-DAYS:]
    if days:
        print("\nMinutes a day")
        for day, worked in days:
            print(f"  {day}{worked:>5.0f}  {'#' * min(40, round(worked / 3))}")
    return 0


def _hours(path: Iterable[Task]) -> list[tuple[str, list[Task]]]:
    rest = [task for task in tasks() if task not in set(path)]
    words = {1: "Time left?", 2: "Hour 2", 3: "Hour 3", 4: "Hour 4"}
    return [(title, [task for task in rest if task.hour == hour]) for hour, title in words.items()]
