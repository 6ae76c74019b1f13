"""Write a summary for GitHub Actions.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from day89.course.reports import feedback

__all__ = ["render"]


def render(results: Mapping[str, Any]) -> str:
    """Return Markdown for the job's summary (``$GITHUB_STEP_SUMMARY``).

    Args:
        results: the data of the result file.
    """
    submissions = results["submissions"]
    if len(submissions) == 1:
        return feedback.render(submissions[0], results)
    lines = [f"# {len(submissions)} submissions", "", "| submission | status | points |", "|---|---|---|"]
    lines += [
        f"| {feedback.markdown(one['path'])} | {one['status']} | {one['score']:g} of {one['max_score']:g} |"
        for one in submissions
    ]
    return "\n".join([*lines, ""])
