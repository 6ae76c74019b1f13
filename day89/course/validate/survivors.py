"""Grade the mutants of the solution, and say which of them no check can tell from it."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from day89.course.exercise.graph import reaches
from day89.course.exercise.tasks import Task, tasks
from day89.course.reports.progress import ProgressLine
from day89.course.validate.mutants import Mutant, mutants
from day89.course.validate.plan import Job
from day89.course.validate.workers import Bench
from day89.errors import UsageError

__all__ = ["GOAL", "report_mutants"]

GOAL = 0.95


def report_mutants(solution: str, chosen: Sequence[Task], equivalents: Path, seed: int, width: int) -> int:
    """Grade every mutant, print the score and the survivors, and return 1 where too many survive.

    Args:
        solution: text of ``solution.py``.
        chosen: the tasks to measure.
        equivalents: file that says which mutants are no mistakes, each with its reason.
        seed: seed of made-up names and contents.
        width: how many are graded at the same time.

    Raises:
        UsageError: cosmic-ray is not installed, or it changes nothing in the chosen tasks.
    """
    every = list(mutants(solution, tasks(), reaches(solution), [task.id for task in chosen]))
    if not every:
        raise UsageError(
            f"nothing in {', '.join(task.id for task in chosen)} can be changed that way: choose more tasks"
        )
    known = {(row["function"], row["change"]): row["reason"] for row in _rows(equivalents)}
    alive = _survivors(every, solution, seed, width)
    excused = [one for one in alive if (one.function, one.change) in known]
    counted = len(every) - len(excused)
    killed = len(every) - len(alive)
    score = killed / max(1, counted)
    print(f"mutants: {killed} of {counted} killed = {score:.1%}; {len(excused)} more are equivalent")
    for one in alive:
        reason = known.get((one.function, one.change))
        fate, why = ("equivalent", f"  ({reason})") if reason else ("SURVIVES", "")
        print(f"  {fate} {one.function}: {one.change}{why}")
    return int(score < GOAL)


def _rows(path: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads(path.read_text("utf-8"))["mutant"] if path.exists() else []
    return rows


def _survivors(every: Sequence[Mutant], solution: str, seed: int, width: int) -> list[Mutant]:
    jobs = {Job(f"{one.function}: {one.change}", (), one.tasks, one.source): one for one in every}
    alive = []
    with (
        ProgressLine(sys.stderr, "mutants", len(jobs)) as progress,
        Bench(solution, seed, width) as bench,
    ):
        for job, result in bench.run(list(jobs), lambda job: progress.advance(job.name)):
            if result.status == "graded" and result.score == result.max_score:
                alive.append(jobs[job])
    return sorted(alive, key=lambda one: (one.function, one.change))
