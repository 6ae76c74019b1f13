"""What every format says of the one who handed in, and of what a teacher decided by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["FACTS", "decisions", "facts", "shown_name"]

PERSON = ("name", "id", "login", "email")
ABOUT = ("group", "attempt", "submitted_at", "late")
FACTS = (*PERSON, *ABOUT)


def facts(one: Mapping[str, Any]) -> dict[str, str]:
    """Return what is known of person, group, attempt, time and lateness; "" for what is not.

    Args:
        one: an entry of the result file.
    """
    said = {**(one.get("person") or {}), **{key: one.get(key) for key in ABOUT}}
    return {key: "" if said.get(key) is None else str(said[key]) for key in FACTS}


def shown_name(one: Mapping[str, Any]) -> str:
    """Return what a report calls the one who handed in: the group, the person, or the path.

    Args:
        one: an entry of the result file.
    """
    person = one.get("person") or {}
    names = (one.get("group"), *(person.get(key) for key in ("name", "login", "email", "sid", "id")), one["path"])
    return str(next(name for name in names if name))


def decisions(one: Mapping[str, Any]) -> list[str]:
    """Return what was decided by hand, each with what the grader had found.

    Args:
        one: an entry of the result file.
    """
    found = [(task["id"], task["override"]) for task in one["tasks"] if "override" in task]
    found += [("the whole", one["override"])] if "override" in one else []
    return [f"{what}: changed by hand from {given['was']:g}: {given['comment']}" for what, given in found]
