"""Lay out the two drawings of the page: what ran where, and when. Only places and sizes; the template draws them.

Everything is laid out for a width in pixels: a page is given one drawing for narrow screens and one for wide ones,
since a drawing that is only scaled down cannot be read.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from day89.course.demo.record import StoryRecord, Traced
from day89.course.demo.trace import HERE

__all__ = ["Places", "Timeline", "places", "timeline"]

SERVICES = {
    "s3": ("S3", "objects"),
    "ec2": ("EC2", "instances"),
    "iam": ("IAM", "roles"),
    "ssm": ("SSM", "newest image"),
    "sqs": ("SQS", "queue"),
    "cloudwatch": ("CloudWatch", "alarm"),
    "sts": ("STS", "identity"),
    "logs": ("Logs", "lines"),
}
GAP, LINE = 14, 15
BOX_HEIGHT = 44
ROW_HEIGHT = 32
LETTER_WIDTH = 6.6  # of 12 px text, a little more than most fonts take
NARROW_MOST = 500


@dataclass(frozen=True)
class Box:
    """A place in the drawing: left upper corner, size, two lines of text, and a class for its colour."""

    x: float
    y: float
    width: float
    height: float
    title: str
    words: str
    kind: str


@dataclass(frozen=True)
class Edge:
    """A curve between two places; ``label`` is drawn at ``at``."""

    path: str
    label: str
    at: tuple[float, float]
    thickness: float
    kind: str = "calls"


@dataclass(frozen=True)
class Places:
    """The drawing of what ran where; ``legend`` explains the letters."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    legend: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bar:
    """One row of the timeline: a bar with text above it that begins at ``words_x``, and a mark for each call."""

    y: float
    x: float
    width: float
    title: str
    words_x: float
    kind: str
    ticks: tuple[tuple[float, str, str], ...] = ()


@dataclass(frozen=True)
class Timeline:
    """The drawing of what ran when; ``axis`` has positions and their seconds."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    axis: tuple[tuple[float, str], ...]


def places(record: StoryRecord, width: float) -> Places:
    """Lay out who called what: callers on the left, services on the right, curves with a number of calls between."""
    counts = Counter((traced.actor, traced.call.service) for traced in record.calls)
    services = [name for name, _ in Counter(traced.call.service for traced in record.calls).most_common()]
    box = width * (0.36 if width < NARROW_MOST else 0.27)
    incoming = Counter(service for _, service in counts)
    right = _column(
        [(name, *SERVICES.get(name, (name, "")), max(BOX_HEIGHT, LINE * incoming[name] + 6)) for name in services],
        width - box,
        box,
        "service",
    )
    actors = [(HERE, "this machine", "boto3", BOX_HEIGHT)]
    actors += [(one.id, one.id, f"{one.type}, {one.market}", BOX_HEIGHT) for one in record.machines]
    left = _column(actors, 0, box, "actor")
    height = max(_bottom(left), _bottom(right)) + 2
    left = _spread(left, height)
    edges, used = [], Counter[str]()
    for actor, place in left.items():
        for service in [name for name in services if counts[actor, name]]:
            used[service] += 1
            port = used[service] / (incoming[service] + 1)
            edges.append(_edge(place, right[service], port, counts[actor, service]))
    linked, legend = _links(record, left, right)
    return Places(width, height, (*left.values(), *right.values()), (*edges, *linked), legend)


def _column(things: list[tuple[str, str, str, int]], x: float, width: float, kind: str) -> dict[str, Box]:
    boxes, y = {}, 1.0
    for name, title, words, height in things:
        boxes[name] = Box(x + 1, y, width - 2, height, title, words, HERE.split()[0] if name == HERE else kind)
        y += height + GAP
    return boxes


def _bottom(boxes: dict[str, Box]) -> float:
    return max((box.y + box.height for box in boxes.values()), default=0.0)


def _spread(boxes: dict[str, Box], height: float) -> dict[str, Box]:
    """Spread a column over a height."""
    free = height - 2 - sum(box.height for box in boxes.values())
    gap = free / (len(boxes) + 1)
    spread, y = {}, 1 + gap
    for name, box in boxes.items():
        spread[name] = Box(box.x, y, box.width, box.height, box.title, box.words, box.kind)
        y += box.height + gap
    return spread


def _edge(source: Box, target: Box, port: float, count: int) -> Edge:
    x1, y1 = source.x + source.width, source.y + source.height / 2
    x2, y2 = target.x, target.y + target.height * port
    bend = (x2 - x1) * 0.5
    path = f"M{x1:.1f} {y1:.1f} C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return Edge(path, str(count), (x2 - 5, y2 - 3), 1 + math.log2(count) / 2)


def _links(
    record: StoryRecord, left: dict[str, Box], right: dict[str, Box]
) -> tuple[list[Edge], tuple[tuple[str, str], ...]]:
    """Lay out what is no call: a dashed arc beside a column, with a letter that the legend explains."""
    arcs, legend = [], []
    machines = [one.id for one in record.machines]
    for number, link in enumerate(record.links):
        target = machines[-1] if link.target == "instance" and machines else link.target
        column = left if link.source in left else right
        if link.source in column and target in column:
            letter = "abcdefgh"[number % 8]
            arcs.append(_arc(column[link.source], column[target], letter, 1 if column is left else -1))
            legend.append((letter, f"{column[link.source].title} to {column[target].title}: {link.label}"))
    return arcs, tuple(legend)


def _arc(source: Box, target: Box, letter: str, side: int) -> Edge:
    x = source.x + (source.width if side > 0 else 0)
    down = target.y > source.y
    y1 = source.y + source.height * (0.8 if down else 0.2)
    y2 = target.y + target.height * (0.2 if down else 0.8)
    reach = x + side * 34
    path = f"M{x:.1f} {y1:.1f} C{reach:.1f} {y1:.1f} {reach:.1f} {y2:.1f} {x:.1f} {y2:.1f}"
    return Edge(path, letter, (x + side * 26, (y1 + y2) / 2), 1.5, "link")


def timeline(record: StoryRecord, width: float) -> Timeline:
    """Lay out the steps one below the other, then the instances, with a mark for each call that was made."""
    seconds = max(record.seconds, 0.1)
    scale = (width - 4) / seconds

    def bar(row: int, began: float, ended: float, title: str, kind: str, calls: list[Traced]) -> Bar:
        x, length = 2 + began * scale, max(2.0, (ended - began) * scale)
        words_x = max(0.0, min(x, width - LETTER_WIDTH * len(title)))
        marks = (
            (2 + one.at * scale, "bad" if one.call.error_code else one.call.service, str(one.call)) for one in calls
        )
        return Bar(18 + row * ROW_HEIGHT, x, length, title, words_x, kind, tuple(marks))

    rows = [
        (step.began, step.ended or seconds, step.name, "failed" if step.failed else "step", HERE)
        for step in record.steps
    ]
    rows += [(one.began, one.ended, f"{one.id} ({one.market})", "machine", one.id) for one in record.machines]
    bars = tuple(
        bar(row, began, ended, title, kind, _during(record, actor, began, ended))
        for row, (began, ended, title, kind, actor) in enumerate(rows)
    )
    height = 18 + len(rows) * ROW_HEIGHT
    return Timeline(width, height + 18, bars, tuple((2 + at * scale, f"{at:g} s") for at in _marks(seconds, width)))


def _during(record: StoryRecord, actor: str, began: float, ended: float) -> list[Traced]:
    return [one for one in record.calls if one.actor == actor and began <= one.at <= ended]


def _marks(seconds: float, width: float) -> list[float]:
    """Return round times, at most one in 60 pixels."""
    least = seconds * 60 / width
    power = 10 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
    return [round(number * step, 6) for number in range(int(seconds / step) + 1)]
