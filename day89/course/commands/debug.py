"""Run the first failing check of a task with pdb on this terminal: ``day89 debug 1.3``."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from day89.course.exercise.submission import Unreadable, read, stubs
from day89.course.exercise.tasks import task
from day89.course.reports import failure
from day89.course.reports.layout import clean
from day89.errors import UsageError

__all__ = ["configure", "run"]

HELP = "pdb: n next line, s step in, p NAME print, w where, c go on, q quit"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("task", metavar="TASK", help="such as 1.3 or list_keys")
    parser.add_argument("path", metavar="FILE", nargs="?", default="exercise.py", help="default: exercise.py")
    parser.add_argument("--check", metavar="NAME", help="this check, such as lists_every_page")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")


def run(args: argparse.Namespace) -> int:
    """Find the check, run it without a time limit, say what it found."""
    if sys.platform == "win32":
        raise UsageError("day89 debug needs Linux or macOS: use WSL2")
    from day89.course.grading.grade import grade  # not on every system
    from day89.course.learn.debug import debug_check, has_breakpoint

    chosen, path = task(args.task), Path(args.path)
    try:
        tree = read(path).tree
    except Unreadable as error:
        raise UsageError(str(error)) from None
    if chosen.function in stubs(tree, [chosen.function]):
        raise UsageError(f"{chosen.id} {chosen.function} is not started: there is nothing to debug yet")
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    result = grade(path, [chosen], seed, own=True, breakpoints=False)
    checks = result.tasks[0].checks
    if not checks:
        raise UsageError(result.message or f"{chosen.id} could not be judged")
    names = {check.name: check for check in checks}
    if args.check and args.check not in names:
        raise UsageError(f"{chosen.id} has no check {args.check}: it has {', '.join(names)}")
    failed = names[args.check] if args.check else next((check for check in checks if not check.passed), checks[0])
    entry = not has_breakpoint(tree)
    where = f"stops where {chosen.function} begins; a breakpoint() of yours would stop there instead" if entry else ""
    state = "fails" if not failed.passed else "passes"
    print(f"{chosen.id} {chosen.function}: {failed.name.replace('_', ' ')} ({state}), seed {seed}")
    print("\n".join(filter(None, [HELP, where, ""])), flush=True)
    wrong = debug_check(path, chosen, failed.name, seed, stop_at_entry=entry)
    if wrong is None:
        print("The check ended without a failure.")
        return 0
    print(clean("\n".join(f"{label:<10}{text}" for label, text in failure.parts(wrong.parts()))))
    return 0
