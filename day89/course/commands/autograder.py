"""Run ``day89 autograder HOST --output DIR``: what a host of autograders needs to grade with day89."""

from __future__ import annotations

import argparse
from pathlib import Path

from day89.course.autograder.gradescope import VISIBILITIES
from day89.course.autograder.recipes import HOSTS, RecipeOptions, write_recipe
from day89.errors import UsageError

__all__ = ["configure", "run"]

PYTHONS = ("3.11", "3.12", "3.13")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("host", choices=HOSTS, help="who is to run it")
    parser.add_argument("--output", metavar="DIR", required=True, help="a folder for the files")
    parser.add_argument("--python", choices=PYTHONS, default="3.13", help="Python that the host uses; default 3.13")
    parser.add_argument("--min-score", metavar="N", type=float, default=60, help="a job of CI fails below; default 60")
    parser.add_argument("--hide", metavar="LEVEL=WHEN", action="append", default=[], help=_HIDE)
    parser.add_argument("--attempts", metavar="N", type=int, default=0, help="Gradescope: graded attempts in 24 hours")
    parser.add_argument("--no-wheels", action="store_true", help="Gradescope: leave the dependencies' wheels out")


_HIDE = f"Gradescope: show core or mastery checks later: mastery=after_due_date; WHEN is {', '.join(VISIBILITIES)}"


def run(args: argparse.Namespace) -> int:
    """Write the recipe and name its files."""
    hide = dict(_level(word) for word in args.hide)
    options = RecipeOptions(args.python, args.min_score, hide, args.attempts, not args.no_wheels)
    folder = Path(args.output)
    try:
        made = write_recipe(args.host, folder, options)
    except OSError as error:
        raise UsageError(f"cannot write into {folder}: {error.strerror}") from None
    print(*made, sep="\n")
    print(f"Now read {next(path for path in made if path.name == 'README.md')}")
    return 0


def _level(word: str) -> tuple[str, str]:
    level, _, when = word.partition("=")
    if level not in ("core", "mastery") or when not in VISIBILITIES:
        raise UsageError(f"--hide {word}: write core= or mastery=, and one of {', '.join(VISIBILITIES)}")
    return level, when
