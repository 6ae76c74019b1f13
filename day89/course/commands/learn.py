"""Run the learner's loop: ``day89``, or ``day89 learn``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from day89.course.exercise.tasks import Task, task
from day89.errors import UsageError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", nargs="?", default="exercise.py", help="default: exercise.py")
    parser.add_argument("--task", metavar="ID", help="begin with this task, such as 1.3 or list_keys")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")
    parser.add_argument(
        "--plain", action="store_true", help="a short verdict a save and no screen: for pipes and screen readers"
    )


def run(args: argparse.Namespace) -> int:
    """Run the loop until the learner quits."""
    return learn_file(args.path, [task(args.task)] if args.task else (), args.seed, plain=args.plain)


def learn_file(path: str, chosen: Sequence[Task], seed: int | None, *, plain: bool = True) -> int:
    """Run the loop on one file until the learner quits.

    Args:
        path: the file.
        chosen: the tasks to begin with; none goes on where the learner was.
        seed: seed of made-up names; None draws one.
        plain: no screen, whatever the terminal can do.
    """
    if sys.platform == "win32":
        raise UsageError("day89 learn needs Linux or macOS: use WSL2")
    from day89.course.learn.judge import Judge  # not on every system, and slow to import
    from day89.course.learn.keys import Terminal, is_capable
    from day89.course.learn.loop import learn
    from day89.course.learn.plain import learn_plainly
    from day89.course.learn.progress import progress_line
    from day89.course.learn.session import Session
    from day89.course.learn.state import State
    from day89.course.reports.terminal import wants_color

    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{path} is not there: `day89 init` makes a course folder, `day89 stub` only the file")
    state = State(file.resolve().parent)
    with Judge(file) as judge:
        session = Session(file, judge, state, next(iter(chosen), None), seed)
        if plain or not is_capable():
            learn_plainly(session, chosen)
        else:
            with Terminal(wants_color(sys.stdout)) as terminal:
                learn(session, terminal)
    print(f"{progress_line(state)}. Go on with: day89")
    return 0
