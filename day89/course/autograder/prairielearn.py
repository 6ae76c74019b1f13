"""Grade as PrairieLearn's container does it: ``python -m day89.course.autograder.prairielearn /grade``.

https://prairielearn.readthedocs.io/en/latest/externalGrading/: ``student/`` is graded into ``results/results.json`` of
at most 1 MB; what cannot be read costs no attempt.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from day89.course.autograder.grade_one import grade_folder, seed_of
from day89.course.reports.failure import as_text
from day89.course.reports.text import plain
from day89.course.results.checkpoint import write_text

__all__ = ["main", "render"]

MAX_MESSAGE = 4000  # 178 checks of this length are less than 1 MB


def render(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of one submission as PrairieLearn reads them.

    Args:
        results: the data of the result file.
    """
    (one,) = results["submissions"]
    if one["status"] in ("unreadable", "no_python_file"):
        return {"gradable": False, "format_errors": [plain(one["message"] or one["status"])]}
    return {
        "gradable": True,
        "score": one["score"] / one["max_score"] if one["max_score"] else 0.0,
        "message": plain(one["message"] or f"{one['score']:g} of {one['max_score']:g} points"),
        "output": f"{results['course']}, seed {results['seed']}, isolation: {results['isolation']}",
        "tests": [_test(task, check) for task in one["tasks"] for check in task["checks"]],
    }


def _test(task: Mapping[str, Any], check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{task['id']} {task['function']}: {check['name'].replace('_', ' ')}",
        "description": "",
        "points": check["points"] if check["passed"] else 0,
        "max_points": check["points"],
        "message": "" if check["passed"] else plain(as_text(check))[:MAX_MESSAGE],
        "output": "",
    }


def main(root: Path) -> None:
    """Grade, and replace the fallback that stands in ``results/results.json``.

    Args:
        root: ``/grade``.
    """
    try:
        data = json.loads((root / "data" / "data.json").read_text("utf-8"))
    except (OSError, ValueError):
        data = {}
    seed = seed_of(str(data.get("variant_seed", "")))
    results = render(grade_folder(root / "student", seed))
    write_text(root / "results" / "results.json", json.dumps(results, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
