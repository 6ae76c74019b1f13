"""Put one task back to its stub: ``day89 reset 1.3``."""

from __future__ import annotations

import argparse
from pathlib import Path

from day89.course.commands.stub import stub_text
from day89.course.exercise.files import back_up
from day89.course.exercise.stub import FORMS, reset
from day89.course.exercise.submission import Unreadable, read
from day89.course.exercise.tasks import task
from day89.errors import UsageError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("task", metavar="TASK", help="such as 1.3 or list_keys")
    parser.add_argument("--file", metavar="FILE", default="exercise.py", help="default: exercise.py")
    parser.add_argument("--form", choices=FORMS, default="gaps", help="bare: without the pattern (default: gaps)")


def run(args: argparse.Namespace) -> int:
    """Replace the task's function by its stub, and keep the file as it was beside it."""
    path, chosen = Path(args.file), task(args.task)
    try:
        text = read(path).data.decode("utf-8-sig")
    except Unreadable as error:
        raise UsageError(f"{error}; or get a whole new file with `day89 stub --force`") from None
    backup = back_up(path)
    path.write_text(reset(text, stub_text(args.form), chosen.function), encoding="utf-8")
    print(f"{path}: task {chosen.id} {chosen.function} is its stub again; the file as it was: {backup}")
    return 0
