"""Who handed in: what a platform's names and files say about a person, and whether two of them are the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Person", "name_key", "squash"]


@dataclass(frozen=True)
class Person:
    """A student or a group, as far as the platform says.

    Attributes:
        name: full name.
        id: the platform's number, as text.
        login: user name.
        email: address.
        sid: number that the school gave.
    """

    name: str | None = None
    id: str | None = None
    login: str | None = None
    email: str | None = None
    sid: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is known, as the result file has it."""
        return {key: value for key, value in asdict(self).items() if value}

    @property
    def shown(self) -> str:
        """What a list calls the person."""
        return self.name or self.login or self.email or self.sid or self.id or "?"


def name_key(name: str) -> tuple[str, ...]:
    """Return what two spellings of a name have in common: the words, sorted, without case, accents kept.

    "Amberley, Tove" and "Tove Amberley" are the same.
    """
    text = unicodedata.normalize("NFC", name).casefold()
    return tuple(sorted(re.findall(r"[^\W_]+", text)))


def squash(name: str) -> str:
    """Return the letters and digits of a name in their order, as Canvas puts them into file names."""
    return "".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).casefold()))
