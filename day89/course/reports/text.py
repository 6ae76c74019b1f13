"""Make untrusted text safe to show."""

from __future__ import annotations

import re

__all__ = ["cell", "one_line", "plain"]

# Codes that move a cursor or rewrite a screen, and letters that turn the direction of what is around them.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# A spreadsheet takes a cell that starts so as a formula. https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = tuple("=+-@\t\r＝＋－＠")


def plain(text: str) -> str:
    """Return text without control characters."""
    return CONTROLS.sub("�", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return text on one line: a name with a line end must not forge a row."""
    return " ".join(plain(text).split())


def cell(text: str) -> str:
    """Return text as one cell of a table that no spreadsheet takes as a formula."""
    text = plain(text).replace("\n", " ")
    return f"'{text}" if text.lstrip(" \"'").startswith(FORMULA) else text
