"""Lay out what only the learner is shown: the first failure, the AWS calls with their price, what was printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from day89.course.reports import failure
from day89.course.reports.layout import clean, fit, sides, wrap
from day89.course.results.results import CheckResult, TaskResult, TracedCall

__all__ = [
    "calls_lines",
    "count_words",
    "counted",
    "failure_lines",
    "first_failure",
    "price",
    "printed_lines",
    "title_of",
]

CALLS_FIRST, CALLS_LAST = 3, 5
PRINTED_LINES, PRINTED_LETTERS = 10, 500
KEPT = 60_000  # letters: so much was printed that its beginning was dropped
OUTCOMES = {
    "timeout": "took too long",
    "killed": "crashed",
    "tool_error": "the check broke",
    "blocked": "not judged",
    "not_run": "not judged",
}


def title_of(check: CheckResult) -> str:
    """Return the name of a check in words, and what kind of failure it is where that says more than *failed*."""
    kind = OUTCOMES.get(check.outcome, "")
    return clean(check.name.replace("_", " ")) + (f" ({kind})" if kind else "")


def first_failure(task: TaskResult) -> CheckResult | None:
    """Return the check to look at first: the first that failed, core before mastery."""
    failed = [check for check in task.checks if not check.passed]
    return next((check for check in failed if check.level == "core"), failed[0] if failed else None)


def counted(number: int, word: str) -> str:
    """Return a number of things in words, such as ``1 check`` or ``9 checks``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def count_words(task: TaskResult) -> tuple[str, str, str]:
    """Return how many checks pass and how many fail after the first, from many words to few."""
    passed, every = sum(check.passed for check in task.checks), len(task.checks)
    left = every - passed - 1
    more = (f"; {left} more after this", f", {left} more") if left > 0 else ("", "")
    return f"{passed} of {every} checks pass{more[0]}", f"{passed} of {every} pass{more[1]}", f"{passed} of {every}"


def price(usd: float) -> str:
    """Return a small amount of US dollars, such as ``$0.000005``."""
    return f"${usd:.6f}" if usd < 0.01 else f"${usd:.4f}"


def failure_lines(check: CheckResult, width: int, indent: str = "   ", most: int = failure.LINES) -> list[str]:
    """Return what a check found, a labelled line or more for each part."""
    lines = failure.as_lines(check.as_json(), width - len(indent), most)
    return [fit(indent + clean(line), width) for line in lines]


def calls_lines(
    calls: Sequence[TracedCall], width: int, *, whole: bool = False, heading: str = "What your code asked of AWS"
) -> list[str]:
    """Return the AWS calls in order with their price, under a heading with the sum.

    Args:
        calls: the calls.
        width: columns.
        whole: all of them, with their parameters; else the first three and the last five.
        heading: words above them.
    """
    if not calls:
        return [f"{heading}: nothing"]
    total = sum(call.usd for call in calls)
    lines = [sides(heading, f"{price(total)} in all", width)]
    gap = len(calls) - CALLS_FIRST - CALLS_LAST
    if whole or gap <= 1:
        shown: Iterable[TracedCall | None] = calls
    else:
        shown = [*calls[:CALLS_FIRST], None, *calls[-CALLS_LAST:]]
    for call in shown:
        if call is None:
            left_out = sum(one.count for one in calls[CALLS_FIRST:-CALLS_LAST])
            lines.append(f"     {left_out:,} more")
            continue
        lines.append(_call(call, width))
        if whole and call.params:
            lines += wrap(call.params, width, "       ")
    last = calls[-1]
    if last.truncated:
        lines.append("   - no call for the next page")
    return lines


def _call(call: TracedCall, width: int) -> str:
    if call.count > 1:
        return sides(f"     {call.subject}", price(call.usd), width)
    about = f"{call.operation}  {clean(call.subject)}".rstrip()
    answer = f" -> {call.answer}" if call.answer else ""
    room = width - len(price(call.usd)) - 2 - 5 - len(answer)
    return sides(f"{call.number:>4} {fit(about, max(room, 12))}{clean(answer)}", price(call.usd), width)


def printed_lines(printed: str, width: int, *, most: int = PRINTED_LINES, whole: bool = False) -> list[str]:
    """Return what the learner's code printed: its last lines under a heading, or nothing where it printed nothing.

    Args:
        printed: the text.
        width: columns.
        most: greatest number of lines, of at most 500 characters in all.
        whole: all that was kept.
    """
    lines = clean(printed.rstrip("\n")).split("\n") if printed.strip() else []
    if not lines:
        return []
    shown = lines if whole else _tail(lines, most)
    words = f"{len(shown)} of {counted(len(lines), 'line')}" + (", cut at 64 kB" if len(printed) >= KEPT else "")
    return [f"What it printed ({words})", *(fit(f"   {line}", width) for line in shown)]


def _tail(lines: Sequence[str], most: int) -> list[str]:
    kept: list[str] = []
    letters = 0
    for line in reversed(lines[-most:]):
        letters += len(line)
        if kept and letters > PRINTED_LETTERS:
            break
        kept.insert(0, line[-PRINTED_LETTERS:])
    return kept
