"""Choose the isolation level for submissions."""

from __future__ import annotations

from typing import Any

from day89.errors import UsageError

__all__ = ["CHOICES", "choose_isolation"]

CHOICES = ("auto", "strict", "none")


def choose_isolation(asked: str | None, cohort: bool) -> tuple[str, Any]:
    """Return the isolation's name for the report, and how to confine submissions: None runs them in the grader's child.

    Args:
        asked: ``auto``, ``strict``, ``none``, or None where the user said nothing.
        cohort: whether strangers' files are graded.

    Raises:
        UsageError: a jail is needed, and this machine has none.
    """
    if asked == "none" or (asked is None and not cohort):
        return "none", None
    try:
        from day89.course.boundary.probes import best  # needs a Unix system
    except ImportError:
        raise UsageError(_refusal("this system cannot keep a submission in a process of its own")) from None
    report = best()
    if not report.is_jail and (cohort or asked == "strict"):
        raise UsageError(_refusal(report.summary))
    return report.name, report.confinement


def _refusal(why: str) -> str:
    return (
        f"no jail holds on this machine ({why}), so it would not be safe from the submissions: `day89 doctor` says "
        "more; grade on Linux, or say --isolation none if you trust every file"
    )
