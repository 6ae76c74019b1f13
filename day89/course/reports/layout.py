"""Fit text into columns of a terminal: wide letters count double, words are not broken, nothing moves the cursor."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "columns", "fit", "pad", "sides", "wrap"]

# What a submission prints or names can hold anything, also codes that move the cursor or rewrite the screen.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text without control characters; line ends stay."""
    return CONTROLS.sub("�", text.replace("\r\n", "\n").replace("\t", "    "))


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    See https://www.unicode.org/reports/tr11/ (East Asian width); combining marks take none.
    """
    return sum(_columns_of(letter) for letter in text)


def _columns_of(letter: str) -> int:
    if letter < "\u0300":
        return 1
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def fit(text: str, width: int) -> str:
    """Return a text that takes at most so many columns: what is longer ends in ``…``."""
    if columns(text) <= width:
        return text
    kept, taken = "", 0
    for letter in text:
        taken += _columns_of(letter)
        if taken > width - 1:
            break
        kept += letter
    return kept + "…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    """Return a text that takes exactly so many columns."""
    text = fit(text, width)
    return text + " " * (width - columns(text))


def sides(left: str, right: str, width: int) -> str:
    """Return one line with a text at each side; the left one is shortened where both do not fit."""
    left = fit(left, max(0, width - columns(right) - 2)) if right else fit(left, width)
    return fit(left + " " * max(2, width - columns(left) - columns(right)) + right, width).rstrip()


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Break text into lines at spaces; a single word that is longer than a line is shortened, not broken.

    Args:
        text: any text; its line ends stay.
        width: columns of a line.
        first: what the first line begins with.
        rest: what the others begin with; None is as many spaces.
    """
    rest = " " * columns(first) if rest is None else rest
    lines: list[str] = []
    for paragraph in clean(text).split("\n"):
        start = rest if lines else first
        line, empty = start, True
        for word in paragraph.split():
            if not empty and columns(line) + 1 + columns(word) > width:
                lines.append(line)
                line, empty = rest, True
            line += word if empty else f" {word}"
            empty = False
        lines.append(line)
    return [fit(line.rstrip(), width) for line in lines]
