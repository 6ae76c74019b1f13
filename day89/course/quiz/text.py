"""Turn the light markup of the questions (`code` and *emphasis*) into runs, and runs into terminal lines or HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["PLAIN", "STYLED", "Style", "plain", "runs", "to_html", "wrap"]

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
MARKUP = re.compile(r"`([^`]+)`|(?<!\w)\*([^*\s](?:[^*]*[^*\s])?)\*(?!\w)")


@dataclass(frozen=True)
class Style:
    """How to mark things on a terminal: pairs of what goes before and after."""

    code: tuple[str, str]
    emphasis: tuple[str, str]
    good: tuple[str, str]
    bad: tuple[str, str]
    faint: tuple[str, str]
    title: tuple[str, str]


# The backticks of code stay in colour, too: nothing is said by colour alone, and `a b` is one thing.
PLAIN = Style(("`", "`"), ("*", "*"), ("", ""), ("", ""), ("", ""), ("", ""))
STYLED = Style(
    code=("\x1b[36m`", "`\x1b[39m"),
    emphasis=("\x1b[3m", "\x1b[23m"),
    good=("\x1b[1;32m", "\x1b[0m"),
    bad=("\x1b[1;31m", "\x1b[0m"),
    faint=("\x1b[2m", "\x1b[22m"),
    title=("\x1b[1m", "\x1b[22m"),
)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Split text into ``("text", …)``, ``("code", …)`` and ``("emphasis", …)``."""
    at = 0
    for found in MARKUP.finditer(text):
        if found.start() > at:
            yield "text", text[at : found.start()]
        yield ("code", found[1]) if found[1] is not None else ("emphasis", found[2])
        at = found.end()
    if at < len(text):
        yield "text", text[at:]


def plain(text: str) -> str:
    """Return the text without its markup."""
    return "".join(part for _, part in runs(text))


def to_html(text: str) -> str:
    """Return the text as HTML."""
    tags = {"text": ("", ""), "code": ("<code>", "</code>"), "emphasis": ("<em>", "</em>")}
    return "".join(tags[kind][0] + html.escape(part, quote=False) + tags[kind][1] for kind, part in runs(text))


def wrap(text: str, width: int, style: Style, *, first: str = "", rest: str | None = None) -> list[str]:
    """Break text into lines of at most ``width`` letters, colours not counted.

    Args:
        text: with markup.
        width: of a line.
        style: how code and emphasis look.
        first: begins the first line.
        rest: begins the others; None is as many spaces.

    Returns:
        The lines. A word that is longer than a line stands alone.
    """
    indent = " " * len(first) if rest is None else rest
    lines, line, used = [], first, len(first)
    empty = True
    for shown, size in _words(text, style):
        if not empty and used + 1 + size > width:
            lines.append(line)
            line, used, empty = indent, len(indent), True
        line += shown if empty else " " + shown
        used += size + (0 if empty else 1)
        empty = False
    return [*lines, line]


def _words(text: str, style: Style) -> Iterator[tuple[str, int]]:
    # Words are cut at spaces only, and a word may be made of several runs: "(`x`," is one.
    word, size = "", 0
    marks = {"text": ("", ""), "code": style.code, "emphasis": style.emphasis}
    for kind, part in runs(" ".join(text.split())):
        before, after = marks[kind]
        pieces = part.split(" ")
        for at, piece in enumerate(pieces):
            if at:
                if size:
                    yield word, size
                word, size = "", 0
            # A colour begins and ends in each word, as lines may; a sign stands only where the run begins and ends.
            opens = (before if at == 0 else "".join(COLOUR.findall(before))) if piece else ""
            closes = (after if at == len(pieces) - 1 else "".join(COLOUR.findall(after))) if piece else ""
            word += opens + piece + closes
            size += len(COLOUR.sub("", opens + piece + closes))
    if size:
        yield word, size
