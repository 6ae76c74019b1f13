"""Run the variants and judge the grader by each: the mixes of right answers, the wrong answers, and who is to blame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from day89.course.exercise.graph import reaches
from day89.course.exercise.tasks import Task, tasks
from day89.course.results.results import SubmissionResult
from day89.course.validate.plan import Job, Miss, Verdict, chaff_job, judge_chaff, judge_wheat, mixes, wheat_job
from day89.course.validate.report import Measurement
from day89.course.validate.variants import Variant
from day89.course.validate.workers import Bench

__all__ = ["measure"]

# Roughly how much longer than an API task one takes whose instances run: what is long begins first.
SLOW = {"4.4": 30, "5.4": 15, "4.3": 10}
Graph = Mapping[str, frozenset[str]]


def measure(
    solution: str,
    variants: Sequence[Variant],
    seed: int,
    width: int,
    isolation: tuple[str, Any],
    report: Callable[[str], None],
    checks: Path | None = None,
    course: Sequence[Task] | None = None,
    real_time: bool = False,
) -> Measurement:
    """Grade variants and judge the grader by them.

    Args:
        solution: text of ``solution.py``.
        variants: right and wrong answers.
        seed: seed of made-up names and contents.
        width: how many are graded at the same time.
        isolation: its name, and how submissions are confined; None only grades in process.
        report: told the name of each submission that has been graded.
        checks: folder of the checks; None is the course's own.
        course: all tasks that there are checks for; None means those of the course.
        real_time: let submissions wait in real time where instances run.
    """
    every, graph = tuple(course or tasks()), reaches(solution)
    with Bench(solution, seed, width, checks=checks, real_time=real_time) as bench:
        results = _grade(_jobs(variants, every, graph), bench, report)
        again = _grade(_suspects(results, every, graph), bench, report)
    if isolation[1] is not None:
        with Bench(solution, seed, width, isolation[1], checks, real_time) as bench:
            across = _grade([*results, *again], bench, report)
    verdicts = {one.variant.name: one for one in _verdicts(results, again)}
    if isolation[1] is not None:
        for job, result in {**results, **again}.items():
            _compare(job, result, across[job], verdicts)
    chosen = {one.task for one in variants}
    names = {
        task.id: tuple(check.name for check in task.checks)
        for result in results.values()
        for task in result.tasks
        if task.id in chosen and task.checks
    }
    order = [verdicts[one.name] for one in variants]
    return Measurement(tuple(one for one in every if one.id in chosen), seed, isolation[0], tuple(order), names)


def _jobs(variants: Sequence[Variant], every: Sequence[Task], graph: Graph) -> list[Job]:
    wheats = [one for one in variants if one.kind == "wheat"]
    chaffs = [one for one in variants if one.kind == "chaff"]
    jobs = [*mixes(wheats, every, graph), *(chaff_job(one, every, graph) for one in chaffs)]
    return sorted(jobs, key=lambda job: -sum(SLOW.get(id, 1) for id in job.tasks))


def _grade(jobs: Sequence[Job], bench: Bench, report: Callable[[str], None]) -> dict[Job, SubmissionResult]:
    return dict(bench.run(jobs, lambda job: report(job.name)))


def _suspects(results: Mapping[Job, SubmissionResult], every: Sequence[Task], graph: Graph) -> list[Job]:
    """Return the jobs that grade alone the wheats that may be to blame for what a mix has lost, in what it has lost."""
    found = []
    for job, result in results.items():
        lost = {task.id for task in result.tasks if task.earned < task.points} if job.is_mix else set()
        for one in job.variants:
            alone = wheat_job(one, every, graph)
            if asked := tuple(id for id in alone.tasks if id in lost):
                found.append(replace(alone, tasks=asked))
    return found


def _verdicts(results: Mapping[Job, SubmissionResult], again: Mapping[Job, SubmissionResult]) -> list[Verdict]:
    alone = {job.variants[0].name: judge_wheat(job.variants[0], result) for job, result in again.items()}
    verdicts = []
    for job, result in results.items():
        if not job.is_mix:
            verdicts.append(judge_chaff(job.variants[0], result))
            continue
        guilty = any(alone[one.name].misses for one in job.variants if one.name in alone)
        # Where none of them loses a point alone, the mix itself shows the error: each of its wheats is told.
        together = [] if guilty else [one.name for one in job.variants if one.name in alone]
        for one in job.variants:
            in_company = judge_wheat(one, result, None if one.name in together else ())
            verdicts.append(in_company if one.name in together else alone.get(one.name, in_company))
    return verdicts


def _compare(job: Job, inside: SubmissionResult, across: SubmissionResult, verdicts: dict[str, Verdict]) -> None:
    """Note as a miss where a check decides otherwise across the process boundary."""
    left, right = _decisions(inside), _decisions(across)
    differ = [
        f"{name}: {left.get(name)} in process, {right.get(name)} across"
        for name in left | right
        if left.get(name) != right.get(name)
    ]
    for variant in job.variants if differ else ():
        verdict = verdicts[variant.name]
        miss = Miss(variant.name, "boundary", "the same verdict across the process boundary", "; ".join(differ))
        verdicts[variant.name] = Verdict(variant, verdict.failed, verdict.earned, (*verdict.misses, miss))


def _decisions(result: SubmissionResult) -> dict[str, tuple[bool, str | None]]:
    return {f"{task.id} {check.name}": (check.passed, check.mistake) for task in result.tasks for check in task.checks}
