"""Render one self-contained HTML page on a cohort: no script, font or image from anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template

from day89.course.exercise.tasks import mistakes, tasks
from day89.course.reports import analysis, lecture
from day89.course.reports.causes import causes
from day89.course.reports.failure import parts
from day89.course.reports.text import plain
from day89.course.reports.who import decisions, shown_name

__all__ = ["render"]

SHOWN = 5000
SLOWEST = 10
CHECKS = 40
PAIRS = 50


@cache
def _template() -> Template:
    # Every value is foreign until shown otherwise: autoescape turns < & " ' into text.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "plain": plain,
        "parts": parts,
        "shown_name": shown_name,
        "decisions": decisions,
        "percent": lambda share: f"{100 * share:.0f} %",
        "points": lambda points: f"{round(points, 2):g}",
    }
    return environment.from_string(resources.files("day89.course.reports").joinpath("page.html.j2").read_text("utf-8"))


def render(results: Mapping[str, Any], links: Sequence[str] | None = None) -> str:
    """Return the page.

    Args:
        results: the data of the result file.
        links: where the feedback on each submission is, relative to the page, in order; None where there is none.
    """
    submissions = results["submissions"]
    by_mistake = lecture.people_by_mistake(results)
    scores = sorted(one["score"] for one in submissions)
    rows = list(zip(submissions, [quote(link) for link in links] if links else [None] * len(submissions), strict=True))
    return _template().render(
        results=results,
        count=len(submissions),
        statuses=Counter(one["status"] for one in submissions),
        median=_middle(scores),
        most=max((one["max_score"] for one in submissions), default=0.0),
        bars=_bars(analysis.histogram(results)),
        items=analysis.items(results),
        outcomes=analysis.outcome_rates(results, {one.id: one.outcomes for one in tasks()}),
        zoom=_bars(lecture.zoomed(results)),
        checks=lecture.check_failures(results)[:CHECKS] if len(submissions) > 1 else [],
        equal=lecture.equal_files(results),
        near=lecture.near_files(results)[:PAIRS],
        mistakes=[
            (one, mistakes().get(one.id), *by_mistake.get(one.id, ([], {})))
            for one in analysis.mistake_counts(results)[:20]
        ],
        titles={one.id: one.title for one in tasks()},
        slowest=sorted(rows, key=lambda pair: -pair[0]["seconds"])[:SLOWEST] if len(submissions) > SLOWEST else [],
        failed=[pair for pair in rows if pair[0]["status"] != "graded"][:SHOWN],
        rows=rows[:SHOWN],
        causes=causes(submissions[0]["tasks"]) if len(submissions) == 1 else [],
        left_out=max(0, len(rows) - SHOWN),
    )


def _middle(scores: Sequence[float]) -> float:
    if not scores:
        return 0.0
    half = len(scores) // 2
    return scores[half] if len(scores) % 2 else (scores[half - 1] + scores[half]) / 2


def _bars(bins: Sequence[tuple[float, float, int]]) -> list[dict[str, Any]]:
    highest = max((count for _, _, count in bins), default=0) or 1
    return [
        {"x": 10 + place * 38, "height": 110 * count / highest, "count": count, "low": low, "high": high}
        for place, (low, high, count) in enumerate(bins)
    ]
