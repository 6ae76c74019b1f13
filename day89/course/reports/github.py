"""Write a summary for GitHub Actions.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from day89.course.reports import feedback
from day89.course.reports.who import facts, shown_name

__all__ = ["render"]


def render(results: Mapping[str, Any]) -> str:
    """Return Markdown for the job's summary (``$GITHUB_STEP_SUMMARY``).

    Args:
        results: the data of the result file.
    """
    submissions = results["submissions"]
    if len(submissions) == 1:
        return feedback.render(submissions[0], results)
    lines = [
        f"# {len(submissions)} submissions",
        "",
        "| who | submission | status | points | late |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {feedback.markdown(shown_name(one))} | {feedback.markdown(one['path'])} | {one['status']} "
        f"| {one['score']:g} of {one['max_score']:g} | {facts(one)['late']} |"
        for one in submissions
    ]
    return "\n".join([*lines, ""])
