"""Grade again whenever the file is saved: the tasks that changed first."""

from __future__ import annotations

import argparse
import ast
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from day89.course.exercise.submission import Unreadable, read
from day89.course.exercise.tasks import Task, choose, tasks
from day89.course.grading.grade import EC2_MODULE, REHEARSAL, SERVER_MODULES, grade, preloads
from day89.course.grading.supervisor import Supervisor
from day89.course.reports import terminal
from day89.course.reports.progress import Progress
from day89.course.results.results import Results

__all__ = ["changed", "watch"]

POLL_SECONDS = 0.3


def watch(args: argparse.Namespace) -> int:
    """Grade on every save until interrupted.

    Args:
        args: the arguments of ``day89 grade``.
    """
    path, tasks = Path(args.path), choose(args.task, args.exercise)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    before: ast.Module | None = None
    with Supervisor(_modules(path)) as supervisor:
        supervisor.start()
        try:
            while True:
                stamp, tree = _stamp(path), _tree(path)
                first = changed(before, tree, tasks)
                for chosen in [first, tasks] if 0 < len(first) < len(tasks) else [tasks]:
                    _show(args, chosen, seed, supervisor, whole=len(chosen) == len(tasks))
                before = tree
                print("\nWaiting for you to save the file; Ctrl-C ends.", flush=True)
                while _stamp(path) == stamp:
                    time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            print()
            return 0


def changed(before: ast.Module | None, after: ast.Module | None, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return the tasks whose function differs between two versions of a file.

    Args:
        before: the version before, or None.
        after: the version now, or None where it cannot be parsed.
        tasks: the tasks to look at.
    """
    if before is None or after is None:
        return ()
    old, new = _functions(before), _functions(after)
    return tuple(task for task in tasks if old.get(task.function) != new.get(task.function))


def _functions(tree: ast.Module) -> dict[str, str]:
    return {node.name: ast.dump(node) for node in tree.body if isinstance(node, ast.FunctionDef)}


def _show(args: argparse.Namespace, tasks: Sequence[Task], seed: int, supervisor: Supervisor, *, whole: bool) -> None:
    with Progress(sys.stderr, args.path) as progress:
        result = grade(args.path, tasks, seed, supervisor=supervisor, watch=progress.check)
    results = Results(seed, "none", (result,))
    print("\n" + terminal.draw(results, color=terminal.wants_color(sys.stdout), whole=whole), flush=True)


def _tree(path: Path) -> ast.Module | None:
    try:
        return read(path).tree
    except Unreadable:
        return None


def _modules(path: Path) -> list[str]:
    try:
        return [*preloads(read(path), tasks()), REHEARSAL]
    except Unreadable:
        return [*SERVER_MODULES, EC2_MODULE, REHEARSAL]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
