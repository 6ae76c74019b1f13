"""Draw a story on the terminal: its steps as they go, then what ran where, the calls, the price, the proof."""

from __future__ import annotations

import itertools
import os
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from day89.course.demo.record import BROKE, Step, StoryRecord, Traced
from day89.course.demo.trace import HERE

__all__ = ["StoryScreen"]

CLEAR = "\r\x1b[2K"
DETAIL_INDENT = 18
COLOURS = {"good": "32", "bad": "31", "soft": "2", "strong": "1"}


class StoryScreen:
    """The terminal output of a story; colours and a changing line only on a terminal, and only where they are wanted.

    See https://no-color.org
    """

    def __init__(self, stream: TextIO) -> None:
        """Look what the stream is."""
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._width = max(60, min(120, shutil.get_terminal_size((100, 24)).columns))
        self._colours = self._live and not os.environ.get("NO_COLOR")

    def title(self, story: str, title: str, place: str, fault: str) -> None:
        """Draw the beginning."""
        self._line(self._paint(f"day89 demo {story}", "strong") + f", on {place}")
        self._line(title)
        if fault:
            self._line(self._paint(f"ordered to break: {fault}", "bad"))
        self._line()

    def begin(self, step: Step) -> None:
        """Draw a step that has begun: on a terminal only, where its line is drawn over when it has ended."""
        if self._live:
            self._stream.write(f"  {step.began:6.2f} s  {step.name} …")
            self._stream.flush()

    def end(self, step: Step) -> None:
        """Draw a step that has ended."""
        if self._live:
            self._stream.write(CLEAR)
        mark = self._paint("broke ", "bad") if step.failed else self._paint("ok    ", "good")
        self._line(f"  {step.ended or step.began:6.2f} s  {mark}{self._paint(step.name, 'strong')}")
        self._wrapped(step.detail, DETAIL_INDENT)

    def summary(self, record: StoryRecord) -> None:
        """Draw what there is to see at the end."""
        self._error(record)
        self._section("What came of it", (f"  {name}: {value}" for name, value in record.results))
        self._section("What ran where", _who_called(record))
        self._section(f"The {len(record.calls)} calls of AWS, as they came", _trace_lines(record.calls))
        self._section("What this would have cost on AWS", _price_lines(record))
        self._section("What is left", self._proof_lines(record))
        self._line()
        self._line(self._verdict(record))

    def _error(self, record: StoryRecord) -> None:
        if record.error:
            self._line()
            self._line(self._paint(f"The story broke: {record.error}", "bad"))
            for line in record.console.splitlines()[-12:]:
                self._line(self._paint(f"    | {line}", "soft"))

    def _proof_lines(self, record: StoryRecord) -> Iterator[str]:
        for proof in record.proofs:
            words = self._paint("; ".join(proof.left), "bad") if proof.left else self._paint("nothing", "good")
            yield f"  {proof.what:<24} {words} ({proof.looked})"

    def _verdict(self, record: StoryRecord) -> str:
        if record.left:
            count = len(record.left)
            things = (
                "1 thing of {} is left and may bill: remove it"
                if count == 1
                else f"{count} things of {{}} are left and may bill: remove them"
            )
            return self._paint(f"NOT CLEAN: {things.format(record.run)} by hand", "bad")
        ending = "Done" if record.status != BROKE and not record.error else "It broke, and cleaned up"
        return f"{ending} in {record.seconds:.1f} s: {self._paint('nothing is left running', 'good')}."

    def _section(self, heading: str, lines: Iterator[str]) -> None:
        drawn = list(lines)
        if drawn:
            self._line()
            self._line(self._paint(heading, "strong"))
            for line in drawn:
                self._line(line)

    def _paint(self, text: str, kind: str) -> str:
        return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if self._colours else text

    def _wrapped(self, text: str, indent: int) -> None:
        for line in textwrap.wrap(text, self._width - indent, break_long_words=False, break_on_hyphens=False):
            self._line(" " * indent + line)

    def _line(self, text: str = "") -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


def _who_called(record: StoryRecord) -> Iterator[str]:
    known = {one.id: f"{one.id} ({one.type}, {one.market}, {one.state})" for one in record.machines}
    counts: dict[str, Counter[str]] = {}
    for traced in record.calls:
        counts.setdefault(traced.actor, Counter())[traced.call.service] += 1
    for actor in [HERE, *known]:
        services = ", ".join(f"{name} {count}" for name, count in counts.get(actor, Counter()).most_common())
        yield f"  {known.get(actor, actor)}: {services or 'no call was seen'}"
    for link in record.links:
        yield f"  {link.source} -> {link.target}: {link.label}"


def _trace_lines(calls: list[Traced]) -> Iterator[str]:
    """Draw calls; those that repeat the one before, by the same caller, stand in one line."""
    for _, group in itertools.groupby(calls, key=_same):
        same = list(group)
        call, times = same[0].call, f" ×{len(same)}" if len(same) > 1 else ""
        outcome = f"{call.status} {call.error_code}" if call.error_code else str(call.status)
        subject = f" {call.subject}" if call.subject else ""
        yield f"  {same[0].at:6.2f} s  {same[0].actor:<19}  {call.action}{times}{subject} -> {outcome}"


def _same(one: Traced) -> tuple[str, str, str, str | None]:
    return one.actor, one.call.action, one.call.subject, one.call.error_code


def _price_lines(record: StoryRecord) -> Iterator[str]:
    if record.estimate is not None:
        yield from (f"  {line}" for line in str(record.estimate).splitlines())
