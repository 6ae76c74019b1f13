"""Cut exercise.py: ``day89 stub``."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

from day89.course.exercise.files import course_file
from day89.course.exercise.stub import FORMS, cut
from day89.course.exercise.tasks import tasks
from day89.errors import UsageError

__all__ = ["configure", "run", "stub_text"]


@cache
def stub_text(form: str = "gaps") -> str:
    """Return the pristine text of exercise.py, in the form ``gaps`` or ``bare``."""
    return cut(course_file("solution.py").read_text("utf-8"), tasks(), form)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", nargs="?", default="exercise.py", help="default: exercise.py")
    parser.add_argument("--force", action="store_true", help="replace a file that is not a pristine stub")
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="gaps",
        help="gaps: of most tasks the pattern stands, and the lines that matter are missing (default); bare: no help",
    )


def run(args: argparse.Namespace) -> int:
    """Write the stub, but not over somebody's work."""
    path, text = Path(args.path), stub_text(args.form)
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    pristine = [stub_text(form) for form in FORMS]
    if path.exists() and path.stat().st_size and path.read_text("utf-8", "replace") not in pristine and not args.force:
        raise UsageError(f"{path} holds something else: write to another file, or replace it with --force")
    path.write_text(text, encoding="utf-8")
    first = tasks()[0].function
    print(f"{path}: {len(tasks())} tasks, none started. Begin with {first}; then: day89 grade {path}")
    return 0
