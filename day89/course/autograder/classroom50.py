"""Grade as Classroom 50's runner does it: in the student's checkout, with ``./result.json`` as the answer.

https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json; scores are whole numbers, so points
are counted in twentieths.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from day89.course.autograder.grade_one import grade_folder, seed_of
from day89.course.reports.failure import as_text
from day89.course.reports.text import plain
from day89.course.results.checkpoint import write_text

__all__ = ["main", "render"]

WHOLE = 20


def render(results: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the results of one submission as Classroom 50 reads them: a test is a task.

    Args:
        results: the data of the result file.
        environment: what the runner says of the submission.
    """
    (one,) = results["submissions"]
    tests = [_test(task) for task in one["tasks"]]
    if one["status"] != "graded":
        tests.insert(
            0, {"test-name": "the file", "passed": False, "score": 0, "max-score": 0, "output": one["message"]}
        )
    return {
        "schema": "classroom50/result/v1",
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment["OWNER"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment["REVIEW_URL"],
        "datetime": environment.get("SUBMISSION_DATETIME") or _time_of_tag(environment["SUBMISSION_TAG"]),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _time_of_tag(tag: str) -> str:
    """Return the time in ``submit/2026-11-20T18-02-10Z-a1b2c3d``; the runner stamps the commit's own over it."""
    try:
        when = datetime.strptime(tag.removeprefix("submit/")[:20], "%Y-%m-%dT%H-%M-%SZ")
    except ValueError:
        when = datetime.now(UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _test(task: Mapping[str, Any]) -> dict[str, Any]:
    most = round(task["points"] * WHOLE)
    score = min(most, round(task["earned"] * WHOLE))
    failed = [check for check in task["checks"] if not check["passed"]]
    return {
        "test-name": f"{task['id']} {task['function']}",
        "passed": score == most,
        "score": score,
        "max-score": most,
        "output": plain("\n".join(f"{check['name'].replace('_', ' ')}: {as_text(check)}" for check in failed)),
    }


def main(checkout: Path) -> None:
    """Grade the checkout and write its ``result.json``.

    Args:
        checkout: the student's repository.
    """
    results = grade_folder(checkout, seed_of(os.environ["SUBMISSION_TAG"]))
    write_text(checkout / "result.json", json.dumps(render(results, os.environ), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
