"""Write a gradebook: one row a submission, one column a task."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from day89.course.reports.text import cell
from day89.course.reports.who import FACTS, decisions, facts

__all__ = ["render"]


def render(results: Mapping[str, Any]) -> str:
    """Return the gradebook as CSV.

    Args:
        results: the data of the result file.
    """
    ids = sorted({task["id"] for one in results["submissions"] for task in one["tasks"]})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["path", *FACTS, "sha256", "status", "score", "max_score", *ids, "message", "notes"])
    for one in results["submissions"]:
        earned = {task["id"]: task["earned"] for task in one["tasks"]}
        writer.writerow(
            [
                cell(one["path"]),
                *map(cell, facts(one).values()),
                one["sha256"] or "",
                one["status"],
                f"{one['score']:g}",
                f"{one['max_score']:g}",
                *(f"{earned[id]:g}" if id in earned else "" for id in ids),
                cell(one["message"] or ""),
                cell("; ".join([*one.get("notes", ()), *decisions(one)])),
            ]
        )
    return out.getvalue()
