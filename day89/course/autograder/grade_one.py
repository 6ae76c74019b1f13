"""Grade what a host has put into a folder: one student's files, among them the submission."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from day89.course.boundary.choose import choose_isolation
from day89.course.cohort.submissions import take_in
from day89.course.exercise.tasks import tasks
from day89.course.grading.grade import grade, unjudged
from day89.course.results.results import Results, SubmissionResult
from day89.errors import UsageError

__all__ = ["grade_folder", "seed_of"]


def seed_of(text: str) -> int:
    """Return a seed that is the same for the same submission, so that grading it again gives the same mark.

    Args:
        text: what the host calls the submission.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 10**6


def grade_folder(folder: Path, seed: int) -> dict[str, Any]:
    """Grade the submission in a folder.

    Args:
        folder: what the student handed in; a zip in it is opened.
        seed: seed of made-up names and contents.

    Returns:
        The data of a result file with one submission. Where there is not exactly one, its message names what was found.
    """
    with tempfile.TemporaryDirectory(prefix="day89-host-") as scratch:
        try:
            sources = take_in([str(folder)], Path(scratch)).sources
        except UsageError as error:
            return _nothing(seed, str(error))
        if len(sources) > 1:
            return _nothing(
                seed, f"several files could be meant: {', '.join(one.name for one in sources)}: hand in one"
            )
        (source,) = sources
        if source.path is None:
            return _nothing(seed, source.problem or "there is no Python file")
        isolation, confinement = _isolation()
        result = grade(source.path, tasks(), seed, jobs=1, confinement=confinement)
        data = Results(seed, isolation, (result,)).as_json()
    data["submissions"][0] |= {"path": source.name, **source.facts()}
    return data


def _isolation() -> tuple[str, Any]:
    """Return the strongest isolation that the host's container allows."""
    try:
        return choose_isolation("auto", cohort=False)
    except UsageError:
        return "none", None


def _nothing(seed: int, message: str) -> dict[str, Any]:
    result = SubmissionResult("exercise.py", None, "unreadable", message, 0.0, unjudged(tasks()))
    return Results(seed, "none", (result,)).as_json()
