"""Grade submissions: ``day89 grade [FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from pathlib import Path

from day89.course import report
from day89.course.progress import Progress
from day89.course.runner import grade
from day89.course.tasks import choose
from day89.course.verdict import Results, SubmissionResult
from day89.errors import ToolError, UsageError

__all__ = ["configure", "run"]

ISOLATION = "none"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", nargs="?", default="exercise.py", help="default: exercise.py")
    parser.add_argument(
        "--task", metavar="ID", action="append", help="only this task, such as 1.3 or list_keys; may repeat"
    )
    parser.add_argument("--exercise", metavar="N", type=int, action="append", help="only this exercise; may repeat")
    parser.add_argument("--json", metavar="FILE", help="write the result file; - writes it to standard output")
    parser.add_argument("--min-score", metavar="N", type=float, help="exit 1 where the score is below N")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=os.cpu_count() or 1,
        help="checks at the same time; default: processors",
    )
    parser.add_argument("--watch", action="store_true", help="grade again whenever the file is saved")


def run(args: argparse.Namespace) -> int:
    """Grade, show, write; see ``day89.cli`` for the exit status."""
    if args.watch:
        from day89.course.watch import watch  # only this option needs it

        return watch(args)
    results = grade_once(args)
    return finish(args, results)


def grade_once(args: argparse.Namespace) -> Results:
    """Grade what the command line names."""
    tasks = choose(args.task, args.exercise)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    with Progress(sys.stderr, args.path) as progress:
        result = grade(args.path, tasks, seed, jobs=args.jobs, watch=progress.check)
    return Results(seed, ISOLATION, (result,))


def finish(args: argparse.Namespace, results: Results) -> int:
    """Write the result file, draw the table, and return the exit status."""
    if args.json:
        _write(args.json, results)
    if args.json != "-":
        whole = not args.task and not args.exercise
        print(report.draw(results, color=report.wants_color(sys.stdout), whole=whole))
    return _status(results.submissions[0], args.min_score)


def _write(target: str, results: Results) -> None:
    text = json.dumps(results.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None


def _status(result: SubmissionResult, min_score: float | None) -> int:
    if result.status == "tool_error":
        raise ToolError(f"{result.message}; this is not your fault: please report it")
    if result.sha256 is None:
        return 2
    return int(min_score is not None and result.score < min_score)
