"""Recognise files that are not what the grader's Python reads: notebooks, and syntax of a newer Python."""

from __future__ import annotations

import json
import re
import sys

__all__ = ["is_notebook", "newer_syntax"]

# (first Python that reads it, what it is called, what the line looks like)
NEWER = (
    ((3, 12), "a type statement", re.compile(r"\s*type\s+\w+\s*(\[.*\])?\s*=")),
    ((3, 12), "type parameters", re.compile(r"\s*(async\s+)?(def|class)\s+\w+\s*\[")),
    ((3, 14), "except without parentheses", re.compile(r"\s*except\*?\s+[\w.]+\s*,")),
    ((3, 14), "a t-string", re.compile(r""".*(?<![\w"'])[rR]?[tT][rR]?["']""")),
)
SHELL = re.compile(r"\s*(%\w|!\w|get_ipython\(\))")


def is_notebook(data: bytes) -> bool:
    """Return whether bytes are a Jupyter notebook, whatever the file is called.

    Args:
        data: content of a file; most notebooks are valid Python expressions.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or b'"cells"' not in data:
        return False
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and isinstance(said.get("cells"), list)


def newer_syntax(error: SyntaxError) -> str | None:
    """Return what to tell about a line that a newer Python, or a notebook, would read; None where it is just wrong.

    Args:
        error: as the parser raised it.
    """
    line, here = error.text or "", sys.version_info[:2]
    grader = f"the grader runs Python {here[0]}.{here[1]}"
    if SHELL.match(line):
        return "a command of a notebook is no Python: remove it"
    for (major, minor), what, pattern in NEWER:
        if here < (major, minor) and pattern.match(line):
            return f"{what} needs Python {major}.{minor}, {grader}: write it the older way"
    if here < (3, 12) and (error.msg or "").startswith("f-string"):
        return f"quotes and backslashes inside the braces of an f-string need Python 3.12, {grader}: use a variable"
    return None
