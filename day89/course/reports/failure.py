"""Lay out a failed check from its parts: every format shows the same parts, in the same order, in its own way."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from day89.course.exercise.tasks import mistakes

__all__ = ["LINES", "as_lines", "as_text", "parts"]

LINES = 8  # of a terminal, for one failure
KEPT = {"called": 2, "found": 3, "seen": 3, "try": 2}  # lines that a part keeps the longest; the others keep one
LABEL = 10


def parts(check: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what there is to tell about a check that did not pass, as pairs of label and text.

    Args:
        check: its entry in the result file.

    Returns:
        The line of the submission, called, expected, found, what else was seen, and what to do, as far as there are.
    """
    told = [("line", f"{check['line']}: {check['code']}" if check.get("code") else str(check.get("line") or ""))]
    told += [(name, check.get(name) or "") for name in ("called", "expected", "found")]
    if not check.get("called"):
        told.append(("found", check.get("message") or "no message"))
    told.append(("seen", "\n".join(check.get("evidence") or ())))
    known = mistakes().get(check.get("mistake") or "")
    told.append(("try", f"{known.hint} (known mistake: {known.name})" if known else ""))
    return [(label, text) for label, text in told if text]


def as_text(check: Mapping[str, Any]) -> str:
    """Return the parts as plain text, one label a line."""
    return "\n".join(f"{label}: {text}" for label, text in parts(check))


def as_lines(check: Mapping[str, Any], width: int, most: int = LINES) -> list[str]:
    """Return the parts as lines of a terminal, shortened where they would be too many.

    Args:
        check: its entry in the result file.
        width: columns of a line.
        most: greatest number of lines.
    """
    blocks = [(label, _wrapped(text, width - LABEL)) for label, text in parts(check)]
    while sum(len(lines) for _, lines in blocks) > most:
        label, lines = max(blocks, key=lambda block: (len(block[1]) - KEPT.get(block[0], 1), len(block[1])))
        if len(lines) > 1:
            _shorten(label, lines, width - LABEL)
        else:
            del blocks[next(place for place, block in enumerate(blocks) if block[0] in ("seen", "expected", "line"))]
    return [
        f"{label if place == 0 else '':<{LABEL}}{line}" for label, lines in blocks for place, line in enumerate(lines)
    ]


def _shorten(label: str, lines: list[str], width: int) -> None:
    """Take one line away: of a console the end is what helps, of everything else the beginning."""
    if label == "seen":
        del lines[0]
        return
    del lines[-1]
    lines[-1] = textwrap.shorten(lines[-1], width - 2, placeholder="") + " …"


def _wrapped(text: str, width: int) -> list[str]:
    lines = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, width, break_on_hyphens=False) or [""]
    return lines
