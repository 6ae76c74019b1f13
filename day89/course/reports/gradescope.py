"""Write the ``results.json`` of Gradescope's autograders.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from day89.course.reports.failure import as_text
from day89.course.reports.text import plain
from day89.errors import UsageError

__all__ = ["render"]


def render(results: Mapping[str, Any]) -> str:
    """Return the results of one submission as Gradescope reads them.

    Args:
        results: the data of the result file.

    Raises:
        UsageError: there is more than one submission: Gradescope grades one at a time.
    """
    if len(results["submissions"]) != 1:
        raise UsageError("--gradescope writes the results of one submission: name one file")
    (one,) = results["submissions"]
    data = {
        "score": one["score"],
        "execution_time": round(one["seconds"]),
        "output": plain(one["message"] or f"{results['course']}, seed {results['seed']}"),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(task, check) for task in one["tasks"] for check in task["checks"] or [_not_judged(one, task)]],
        "extra_data": {"seed": results["seed"], "isolation": results["isolation"], "sha256": one["sha256"]},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _test(task: Mapping[str, Any], check: Mapping[str, Any]) -> dict[str, Any]:
    judged = {
        "score": check["points"] if check["passed"] else 0.0,
        "max_score": check["points"],
        "status": "passed" if check["passed"] else "failed",
    }
    # Without a score of its own a test is shown, and says nothing about points.
    return ({} if check.get("status") == "not_judged" else judged) | {
        "name": f"{task['id']} {task['function']}: {check['name'].replace('_', ' ')}",
        "number": task["id"],
        "output": "" if check["passed"] else plain(as_text(check)),
        "tags": [check["level"], *([check["mistake"]] if check["mistake"] else [])],
        "visibility": "visible",
    }


def _not_judged(one: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    why = "not started" if one["status"] == "graded" else one["status"].replace("_", " ")
    return {"passed": False, "points": task["points"], "name": why, "level": "core", "mistake": None, "message": why}
