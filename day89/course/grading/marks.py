"""Read the marks of the checks: to which task each belongs, at which level, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from day89.course.exercise.tasks import described
from day89.course.grading.limits import CHECK_LIMIT
from day89.course.results.results import LEVELS, Check

__all__ = ["describe", "problems", "task_of"]


def task_of(item: pytest.Item) -> str:
    """Return the id of the task that a check belongs to; empty for a test that is no check."""
    marker = item.get_closest_marker("task")
    return str(marker.args[0]) if marker and marker.args else ""


def describe(item: pytest.Item) -> Check:
    """Return what the marks of a check say."""
    marker, limit = item.get_closest_marker("task"), item.get_closest_marker("limit")
    assert marker is not None
    id, level = marker.args[:2]
    seconds = float(limit.args[0]) if limit else CHECK_LIMIT
    return Check(item.nodeid, item.name.removeprefix("test_"), id, level, float(_points(marker)), seconds)


def _points(marker: pytest.Mark) -> Any:
    return marker.kwargs.get("points", marker.args[2] if len(marker.args) > 2 else 1)


def problems(items: Sequence[pytest.Item]) -> list[str]:
    """Return what is wrong with the marks, a sentence each.

    Args:
        items: the checks that were collected.
    """
    ids = described()
    found = []
    for item in items:
        marker = item.get_closest_marker("task")
        if marker is None:
            found.append(f"{item.nodeid} has no mark: @pytest.mark.task(id, level, points=...)")
            continue
        if len(marker.args) < 2:
            found.append(f"{item.nodeid}: its mark lacks the task or the level")
            continue
        id, level = marker.args[:2]
        points = _points(marker)
        if id not in ids:
            found.append(f"{item.nodeid} is marked for task {id}, which is not in tasks.toml")
        if level not in LEVELS:
            found.append(f"{item.nodeid} is marked with the level {level}: it is one of {', '.join(LEVELS)}")
        if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
            found.append(f"{item.nodeid} is worth {points!r}: give a weight above 0")
    return found
