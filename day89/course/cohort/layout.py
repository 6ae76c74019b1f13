"""Represent what the layout of an export says of each file: whose it is, which attempt, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from day89.course.cohort.people import Person

__all__ = ["Label", "Layout"]


@dataclass(frozen=True)
class Label:
    """What one member's name says.

    Attributes:
        key: the same for all members of one student or group.
        person: who it is.
        rest: the path below, or the name that the student gave; "" for the platform's own files.
        group: name of the group, where the platform marks it as one.
        attempt: the same for all members of one attempt.
        number: number of the attempt, where the name has it.
        order: what attempts are ordered by where they have no time, such as a running number.
        when: time of the attempt in ISO format.
        late: ``yes``, ``no`` or ``unknown``.
        members: everybody in the group, where the platform says it.
        kind: ``file``, or ``text`` or ``link`` where the student typed into a form.
    """

    key: str
    person: Person
    rest: str
    group: str | None = None
    attempt: str = ""
    number: int | None = None
    order: int = 0
    when: str | None = None
    late: str = "unknown"
    members: tuple[Person, ...] = ()
    kind: str = "file"


@dataclass(frozen=True)
class Layout:
    """What was found out about an export.

    Attributes:
        name: of the platform, or ``plain``.
        labels: name of a member to its label; members without one follow no form.
        absent: people whom the export itself names without a file.
        own: names of the platform's own files, which nobody handed in.
        notes: what went wrong while its lists were read.
    """

    name: str
    labels: Mapping[str, Label]
    absent: tuple[Label, ...] = ()
    own: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
