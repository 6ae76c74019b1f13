"""Show hints, one level at a time: ``day89 hint 1.3``."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

from day89.course.exercise.files import data_folder
from day89.course.exercise.tasks import Task, task
from day89.course.learn.state import LearnerState

__all__ = ["configure", "run"]

LEVELS = (("goal", "The goal"), ("look", "Where to look"), ("api", "The calls"), ("example", "A sibling, worked out"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("task", metavar="TASK", help="such as 1.3 or list_keys")
    parser.add_argument("--level", type=int, choices=range(1, len(LEVELS) + 1), help="this level, and not the next one")
    parser.add_argument("--all", action="store_true", help="all levels")


def run(args: argparse.Namespace) -> int:
    """Print the hint and remember how deep the learner has looked."""
    chosen, state = task(args.task), LearnerState(_course_folder())
    one = state[chosen.id]
    following = args.level or min(one.hints + 1, len(LEVELS))
    levels = range(1, len(LEVELS) + 1) if args.all else range(following, following + 1)
    for level in levels:
        _print(chosen, level)
    if not args.level:
        one.hints = max(levels[-1], one.hints)
        state.add("hint", chosen.id, hint=levels[-1])
        state.save()  # a hint is worth more than its memory: where nothing can be written, it is shown all the same
    return 0


def _course_folder() -> Path:
    """Return where hints are remembered: beside the learner's exercise.py, else in the user's data folder."""
    return Path() if Path("exercise.py").is_file() else data_folder()


def _print(chosen: Task, level: int) -> None:
    field, title = LEVELS[level - 1]
    text = getattr(chosen.hints, field)
    print(f"{chosen.id} {chosen.function}: {title[0].lower()}{title[1:]}\n")
    if field == "example":
        print(textwrap.indent(text.strip(), "    "))
        print("\nIt runs as it is on the local cloud (day89 cloud). Say why each line is there, then write your own.\n")
        return
    print(textwrap.fill(text, 80, break_on_hyphens=False, break_long_words=False) + "\n")
    if field == "api":
        print(f"{chosen.doc}\n")
