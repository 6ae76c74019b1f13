"""Run the checks on the solution many times, each time in another order and with other names: none may ever fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from day89.course.exercise.tasks import Task
from day89.course.validate.plan import Job
from day89.course.validate.workers import Bench

if TYPE_CHECKING:
    from day89.course.boundary.spawn import Confinement

__all__ = ["flakes"]


def flakes(
    solution: str,
    tasks: Sequence[Task],
    seed: int,
    runs: int,
    width: int,
    report: Callable[[str], None],
    confinement: Confinement | None = None,
    checks: Path | None = None,
) -> list[str]:
    """Return in words each check that failed in a run, with the seed that repeats it.

    Args:
        solution: text of ``solution.py``.
        tasks: the tasks whose checks are run.
        seed: seed of the first run; each further one has the next number.
        runs: how many.
        width: how many at the same time.
        report: told the name of each run that is done.
        confinement: how the solution is kept in a process of its own; None runs it in the grader's child.
        checks: folder of the checks; None is the course's own.
    """
    ids = tuple(task.id for task in tasks)
    jobs = [Job(f"seed {number}", (), ids, solution, number) for number in range(seed, seed + runs)]
    found = []
    with Bench(solution, seed, width, confinement, checks) as bench:
        for job, result in bench.run(jobs, lambda done: report(done.name)):
            if result.status != "graded":
                found.append(f"{job.name}: {result.status}: {result.message}")
            failed = [check for task in result.tasks for check in task.checks if not check.passed]
            found += [f"{job.name}: {check.name}: {check.message}" for check in failed]
    return found
