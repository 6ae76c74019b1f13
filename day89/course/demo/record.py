"""Hold what happened in a story as plain data: everything that is drawn, on the terminal or on the page, is in here."""

from __future__ import annotations

from dataclasses import dataclass, field

from day89.cloud import Call
from day89.costs import Estimate

__all__ = ["BROKE", "DONE", "LEFT", "Link", "Proof", "RecordedInstance", "Step", "StoryRecord", "Traced"]

DONE, BROKE, LEFT, INTERRUPTED = 0, 1, 3, 130


@dataclass
class Step:
    """One step of a story; times are seconds since its beginning, ``ended`` is None while it goes on."""

    name: str
    began: float
    ended: float | None = None
    detail: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Traced:
    """One call: when it began, who made it (this machine, or an instance's id), and the call itself."""

    at: float
    actor: str
    call: Call


@dataclass(frozen=True)
class Link:
    """Something that went from one place to another and is no call of AWS: a request over HTTP, an event."""

    source: str
    target: str
    label: str


@dataclass(frozen=True)
class RecordedInstance:
    """One instance of a story, from its launch to the last that was heard of it."""

    id: str
    name: str
    type: str
    market: str
    began: float
    ended: float
    state: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """One kind of resource that was looked for after a story, and what of it is still there."""

    what: str
    looked: str
    left: tuple[str, ...] = ()


@dataclass
class StoryRecord:
    """One story as it went.

    Args:
        story: its name, such as ``train``.
        title: what it is, in a few words.
        place: where it plays, in words.
        run: name of this run: tag of all that it makes, and beginning of their names.
        fault: what was ordered to break, in words; empty for nothing.
    """

    story: str
    title: str
    place: str
    run: str
    fault: str = ""
    steps: list[Step] = field(default_factory=list)
    results: list[tuple[str, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    calls: list[Traced] = field(default_factory=list)
    machines: list[RecordedInstance] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    estimate: Estimate | None = None
    error: str = ""
    console: str = ""
    interrupted: bool = False
    seconds: float = 0.0

    @property
    def left(self) -> list[str]:
        """Return what is still there of all that was looked for."""
        return [thing for proof in self.proofs for thing in proof.left]

    @property
    def status(self) -> int:
        """Return the exit status: something is left, interrupted, broke, or done; the first of these that holds."""
        if self.left or not self.proofs:
            return LEFT
        if self.interrupted:
            return INTERRUPTED
        return BROKE if self.error else DONE
