"""Make text from outside safe where it enters: names of files, messages, what was printed."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["safe_name", "safe_text", "safe_values"]

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def safe_text(text: str) -> str:
    """Return text that can be written as UTF-8: half of a surrogate pair becomes its escape, such as ``\\udc80``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def safe_values(data: Any) -> Any:
    """Return plain data with every text in it made safe."""
    if isinstance(data, dict):
        return {name: safe_values(value) for name, value in data.items()}
    if isinstance(data, list):
        return [safe_values(value) for value in data]
    return safe_text(data) if isinstance(data, str) else data


def safe_name(name: str) -> str:
    """Return the name of a file for a report: one line, no control character, and UTF-8; escapes stand for the rest."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), safe_text(name))
