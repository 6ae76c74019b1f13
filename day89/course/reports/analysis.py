"""Compute what a cohort's results say about the learners and about the tasks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy import stats

from day89.course.quiz.model import OUTCOMES

__all__ = ["MistakeCount", "TaskStats", "exact_interval", "histogram", "items", "mistake_counts", "outcome_rates"]

LEVEL = 0.95
LEAST_FOR_DISCRIMINATION = 10


@dataclass(frozen=True)
class TaskStats:
    """The statistics of one task, or of one outcome of the course.

    Attributes:
        id: such as ``"1.3"``.
        label: its name.
        n: submissions that were judged on it.
        started: of these, how many had begun it.
        passed: of these, how many passed it whole.
        rate: share that passed (the *difficulty* of test theory), or None where n is 0.
        low: lower bound of the exact 95 % interval of the rate.
        high: its upper bound.
        discrimination: point-biserial correlation with the score on all other tasks, or None where it has no meaning.
        discrimination_low: lower bound of its 95 % interval.
        discrimination_high: its upper bound.
    """

    id: str
    label: str
    n: int
    started: int
    passed: int
    rate: float | None
    low: float
    high: float
    discrimination: float | None = None
    discrimination_low: float = math.nan
    discrimination_high: float = math.nan


@dataclass(frozen=True)
class MistakeCount:
    """The number of submissions that showed a known mistake.

    Attributes:
        id: such as ``"L2"``.
        submissions: how many showed it.
        tasks: ids of the tasks where.
    """

    id: str
    submissions: int
    tasks: tuple[str, ...]


def exact_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) 95 % interval of a share.

    Args:
        successes: how often it happened.
        n: how often it could have.
    """
    if n == 0:
        return 0.0, 1.0
    found = stats.binomtest(successes, n).proportion_ci(LEVEL, method="exact")
    return float(found.low), float(found.high)


def _graded(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in results["submissions"] if one["status"] == "graded"]


def histogram(results: Mapping[str, Any], bins: int = 10) -> list[tuple[float, float, int]]:
    """Count submissions by their share of the points.

    Returns:
        (from, to, count) of each bin, in per cent; the last bin holds also 100.
    """
    shares = [100 * one["score"] / one["max_score"] for one in results["submissions"] if one["max_score"]]
    counts = Counter(min(bins - 1, int(share * bins / 100)) for share in shares)
    return [(100 * place / bins, 100 * (place + 1) / bins, counts[place]) for place in range(bins)]


def items(results: Mapping[str, Any]) -> list[TaskStats]:
    """Return what the graded submissions say about each task."""
    graded = _graded(results)
    facts = {task["id"]: task["function"] for one in graded for task in one["tasks"]}
    return [_item(id, facts[id], graded) for id in sorted(facts)]


def _item(id: str, label: str, graded: Sequence[Mapping[str, Any]]) -> TaskStats:
    rows = [(one, task) for one in graded for task in one["tasks"] if task["id"] == id]
    passed = [task["status"] == "complete" for _, task in rows]
    rest = [one["score"] - task["earned"] for one, task in rows]
    item = _share(id, label, passed, sum(task["status"] != "not_started" for _, task in rows))
    if len(rows) < LEAST_FOR_DISCRIMINATION or len(set(passed)) < 2 or len(set(rest)) < 2:
        return item
    found = stats.pearsonr([float(one) for one in passed], rest)
    bounds = found.confidence_interval(LEVEL)
    return TaskStats(
        **{
            **vars(item),
            "discrimination": float(found.statistic),
            "discrimination_low": float(bounds.low),
            "discrimination_high": float(bounds.high),
        }
    )


def _share(id: str, label: str, passed: Sequence[bool], started: int) -> TaskStats:
    low, high = exact_interval(sum(passed), len(passed))
    rate = sum(passed) / len(passed) if passed else None
    return TaskStats(id, label, len(passed), started, sum(passed), rate, low, high)


def outcome_rates(results: Mapping[str, Any], outcomes: Mapping[str, Sequence[int]]) -> list[TaskStats]:
    """Return how often the tasks of each outcome of the course were passed, of those that were judged.

    Args:
        results: the data of the result file.
        outcomes: task id to the outcomes that it serves.
    """
    graded = _graded(results)
    numbers = sorted({number for one in outcomes.values() for number in one})
    found = []
    for number in numbers:
        tasks = [task for one in graded for task in one["tasks"] if number in outcomes.get(task["id"], ())]
        passed = [task["status"] == "complete" for task in tasks]
        if tasks:
            begun = sum(task["status"] != "not_started" for task in tasks)
            found.append(_share(str(number), OUTCOMES[number], passed, begun))
    return found


def mistake_counts(results: Mapping[str, Any]) -> list[MistakeCount]:
    """Return the known mistakes, the most common first."""
    seen: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for one in results["submissions"]:
        mine: dict[str, set[str]] = {}
        for task in one["tasks"]:
            for check in task["checks"]:
                if check["mistake"] and not check["passed"]:
                    mine.setdefault(check["mistake"], set()).add(task["id"])
        for mistake, tasks in mine.items():
            seen[mistake] += 1
            where.setdefault(mistake, set()).update(tasks)
    return [MistakeCount(id, count, tuple(sorted(where[id]))) for id, count in seen.most_common()]
