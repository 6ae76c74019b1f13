"""Compute what a teacher wants to know before the lecture: what failed, who did it, which files are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from day89.course.reports.who import shown_name

__all__ = [
    "CheckFailures",
    "Pair",
    "check_failures",
    "equal_files",
    "near_files",
    "people_by_mistake",
    "zoomed",
]

LEAST_FUNCTIONS = 4
LEAST_SHARE = 0.8
LEAST_ZOOM = 5.0
MAX_COMMON = 0.2  # a function that so many have alike is the usual answer, and says nothing
MAX_COMPARED = 1000


@dataclass
class CheckFailures:
    """How a check went.

    Attributes:
        task: id of its task.
        function: the function that the task asks for.
        name: name of the check.
        level: core or mastery.
        failed: how many failed it.
        judged: how many it judged.
        people: who failed it.
        example: the entry of one failure, of the most common mistake.
    """

    task: str
    function: str
    name: str
    level: str
    failed: int = 0
    judged: int = 0
    people: list[str] = field(default_factory=list)
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """Two submissions with functions that are equal but for names of variables, comments and layout.

    Attributes:
        left: one of them.
        right: the other.
        equal: how many functions are equal.
        of: how many both have begun.
    """

    left: str
    right: str
    equal: int
    of: int


def check_failures(results: Mapping[str, Any]) -> list[CheckFailures]:
    """Return the checks that somebody failed, the one that most failed first.

    Args:
        results: the data of the result file.
    """
    found: dict[tuple[str, str], CheckFailures] = {}
    examples: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in results["submissions"]:
        for task, check in _begun(one):
            key = (task["id"], check["name"])
            entry = found.setdefault(key, CheckFailures(task["id"], task["function"], check["name"], check["level"]))
            entry.judged += 1
            if not check["passed"]:
                entry.failed += 1
                entry.people.append(shown_name(one))
                examples.setdefault(key, []).append(check)
    for key, checks in examples.items():
        ((usual, _),) = Counter(check["mistake"] for check in checks).most_common(1)
        found[key].example = next(check for check in checks if check["mistake"] == usual)
    failed = [one for one in found.values() if one.failed]
    return sorted(failed, key=lambda one: (-one.failed, one.task, one.name))


def _begun(one: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for task in one["tasks"]:
        if task["status"] != "not_started":
            for check in task["checks"]:
                if check.get("status") != "not_judged":
                    yield task, check


def people_by_mistake(results: Mapping[str, Any]) -> dict[str, tuple[list[str], Mapping[str, Any]]]:
    """Return for each known mistake who made it, and an example of it.

    Args:
        results: the data of the result file.
    """
    found: dict[str, tuple[list[str], Mapping[str, Any]]] = {}
    for one in results["submissions"]:
        for _, check in _begun(one):
            if check["mistake"] and not check["passed"]:
                people, _ = found.setdefault(check["mistake"], ([], check))
                if shown_name(one) not in people:
                    people.append(shown_name(one))
    return found


def zoomed(results: Mapping[str, Any], bins: int = 10) -> list[tuple[float, float, int]]:
    """Count submissions by their share of the points within the range where the class lies; nothing where that is all.

    Args:
        results: the data of the result file.
        bins: how many columns.

    Returns:
        (from, to, count) of each bin, in per cent; the last bin holds its upper bound.
    """
    shares = [100 * one["score"] / one["max_score"] for one in results["submissions"] if one["max_score"]]
    shares = sorted(share for share in shares if share > 0)
    if len(shares) < bins:
        return []
    # The middle nine tenths: one early and one late submission do not stretch the picture.
    cut = len(shares) // 20
    low, high = shares[cut], shares[len(shares) - 1 - cut]
    if not LEAST_ZOOM <= high - low <= 50:
        return []
    step = (high - low) / bins
    counts = Counter(min(bins - 1, int((share - low) / step)) for share in shares if low <= share <= high)
    return [(low + place * step, low + (place + 1) * step, counts[place]) for place in range(bins)]


def equal_files(results: Mapping[str, Any]) -> list[list[str]]:
    """Return groups of submissions whose files are equal but for comments, blanks and layout; stubs are left out.

    Args:
        results: the data of the result file.
    """
    groups: dict[str, list[str]] = {}
    for one in results["submissions"]:
        shape = one.get("shape") or {}
        if shape.get("file") and shape.get("functions"):
            groups.setdefault(shape["file"], []).append(shown_name(one))
    return [names for names in groups.values() if len(names) > 1]


def near_files(results: Mapping[str, Any]) -> list[Pair]:
    """Return pairs of submissions that share most of their functions, the most alike first; equal files are left out.

    Args:
        results: the data of the result file.
    """
    shapes = [
        (shown_name(one), one["shape"]) for one in results["submissions"] if (one.get("shape") or {}).get("functions")
    ][:MAX_COMPARED]
    usual = _usual([shape["functions"] for _, shape in shapes])
    pairs = []
    for (left, one), (right, other) in combinations(shapes, 2):
        if one["file"] == other["file"]:
            continue
        both = [
            name
            for name in one["functions"].keys() & other["functions"].keys()
            if (name, one["functions"][name]) not in usual and (name, other["functions"][name]) not in usual
        ]
        equal = sum(one["functions"][name] == other["functions"][name] for name in both)
        if len(both) >= LEAST_FUNCTIONS and equal >= LEAST_SHARE * len(both):
            pairs.append(Pair(left, right, equal, len(both)))
    return sorted(pairs, key=lambda pair: (-pair.equal, pair.left, pair.right))


def _usual(functions: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    counts = Counter(item for one in functions for item in one.items())
    return {item for item, count in counts.items() if count > max(2, MAX_COMMON * len(functions))}
