"""Show what came in before anything is graded: who, which file, and what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from day89.course.cohort.submissions import Intake, Source
from day89.course.reports.text import one_line

__all__ = ["draw"]

ODDITIES = 40


def draw(intake: Intake, *, whole: bool) -> str:
    """Return the overview as text.

    Args:
        intake: what came in.
        whole: list everybody and every oddity, not the first of them.
    """
    lines = [f"{one_line(path)}: read as {layout}" for path, layout in intake.layouts]
    if whole:
        lines += ["", *map(_row, intake.sources)]
    odd = _oddities(intake)
    shown = odd if whole else odd[:ODDITIES]
    lines += ["", "To look at:", *(f"- {one_line(text)}" for text in shown)] if shown else []
    if len(odd) > len(shown):
        lines.append(f"… and {len(odd) - len(shown)} more: --dry-run lists them all")
    return "\n".join([*lines, "", count(intake.sources)]).lstrip("\n")


def count(sources: Sequence[Source]) -> str:
    """Return how many rows there are, and of which kind."""
    kinds = Counter(_kind(one) for one in sources)
    kinds["late"] = sum(one.late == "yes" for one in sources)
    words = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
    return f"{len(sources)} rows: {words}"


def _kind(one: Source) -> str:
    if one.path is not None:
        return "to grade"
    if one.status == "no_python_file":
        return "without a Python file" if one.where is not None else "handed in nothing"
    return "not readable"


def _row(one: Source) -> str:
    who = one.group or one.person.shown
    facts = [
        f"attempt {one.attempt}" if one.attempt else "",
        "late" if one.late == "yes" else "",
        one.submitted_at or "",
    ]
    said = ", ".join(fact for fact in facts if fact)
    what = one.name if one.path is not None else one.status.replace("_", " ")
    return f"{one_line(who)[:30]:<31}{one_line(what)}{f' ({said})' if said else ''}"


def _oddities(intake: Intake) -> list[str]:
    found = [f"{one.name}: {one.problem}" for one in intake.sources if one.problem]
    found += [f"{one.name}: {note}" for one in intake.sources for note in one.notes]
    found += [
        f"{len(names)} rows bear the name {name}: {', '.join(names)}" for name, names in _same_people(intake.sources)
    ]
    return found + intake.left_out


def _same_people(sources: Sequence[Source]) -> list[tuple[str, list[str]]]:
    """Return names that stand in more than one row: two people, or one who handed in twice."""
    rows: dict[str, list[str]] = {}
    for one in sources:
        if one.person.name:
            rows.setdefault(one.person.name.casefold(), []).append(one.name)
    return [(name, names) for name, names in rows.items() if len(names) > 1]
