"""Grade as Gradescope's container does it: ``python -m day89.course.autograder.gradescope /autograder``.

The folder holds ``submission/``, ``submission_metadata.json`` and ``results/``
(https://gradescope-autograders.readthedocs.io/en/latest/specs/).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from day89.course.autograder.grade_one import grade_folder, seed_of
from day89.course.reports import gradescope
from day89.course.results.checkpoint import write_text

__all__ = ["VISIBILITIES", "hide", "main", "too_many"]

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


def hide(data: dict[str, Any], levels: Mapping[str, str]) -> dict[str, Any]:
    """Return results whose checks of some levels are shown later, or never.

    Args:
        data: what Gradescope reads.
        levels: ``core`` or ``mastery`` to one of ``VISIBILITIES``. Any hidden test hides the total from students.
    """
    tests = [
        {**test, "visibility": levels.get(next(iter(test.get("tags", ())), ""), "visible")} for test in data["tests"]
    ]
    return {**data, "tests": tests}


def too_many(metadata: Mapping[str, Any], allowed: int) -> bool:
    """Return whether a student has used up the attempts of 24 hours.

    Counted back from the time of this submission, not from the clock: grading it again must not change its mark.

    Args:
        metadata: ``submission_metadata.json``.
        allowed: attempts in 24 hours.
    """
    now = datetime.fromisoformat(metadata["created_at"])
    earlier = [
        datetime.fromisoformat(one["submission_time"])
        for one in metadata.get("previous_submissions", ())
        if not one.get("autograder_error")
    ]
    return sum(timedelta(0) <= now - one < timedelta(days=1) for one in earlier) >= allowed


def main(root: Path) -> None:
    """Grade, and replace the fallback that stands in ``results/results.json``.

    Args:
        root: ``/autograder``.
    """
    settings = json.loads((root / "source" / "day89.json").read_text("utf-8"))
    metadata = json.loads((root / "submission_metadata.json").read_text("utf-8"))
    target = root / "results" / "results.json"
    if settings["attempts"] and too_many(metadata, settings["attempts"]):
        previous = metadata["previous_submissions"][-1]
        text = f"more than {settings['attempts']} attempts in 24 hours: this one was not graded, the last mark stays"
        write_text(target, json.dumps({"score": previous.get("score") or 0, "output": text}) + "\n")
        return
    results = grade_folder(root / "submission", seed_of(str(metadata.get("id", ""))))
    data = hide(json.loads(gradescope.render(results)), settings["hide"])
    write_text(target, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
