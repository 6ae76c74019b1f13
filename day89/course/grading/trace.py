"""Tell which AWS calls a learner's code made in a check, what AWS answered and what each costs."""

from __future__ import annotations

from day89.cloud.log import Call, CallLog
from day89.costs import call_usd
from day89.course.checks.expectations import show
from day89.course.results.results import TracedCall
from day89.errors import NotFoundError

__all__ = ["traced"]

KEPT = 100  # calls kept at each end of a long trace
ADDED_BY_BOTO3 = "EncodingType"


def traced(log: CallLog, spans: list[tuple[int, int | None]]) -> list[TracedCall]:
    """Return the calls that were made while the learner's functions ran, numbered from 1.

    Args:
        log: every call of the cloud, those of the check among them.
        spans: first and last place in the log of each call of a learner's function; None means that it still runs.
    """
    calls = [call for start, stop in spans for call in log.calls[start:stop]]
    if len(calls) <= 2 * KEPT:
        return [_traced(number, call) for number, call in enumerate(calls, 1)]
    first = [_traced(number, call) for number, call in enumerate(calls[:KEPT], 1)]
    last = [_traced(number, call) for number, call in enumerate(calls[-KEPT:], len(calls) - KEPT + 1)]
    left_out = calls[KEPT:-KEPT]
    words = f"{len(left_out):,} more calls"
    gap = TracedCall(KEPT + 1, "...", words, "", round(sum(map(_usd, left_out)), 9), "", count=len(left_out))
    return [*first, gap, *last]


def _traced(number: int, call: Call) -> TracedCall:
    answer = " ".join(filter(None, [str(call.status), call.error_code])) if call.status else "no answer"
    answer += f", {call.facts}" if call.facts else ""
    given = {name: value for name, value in call.params.items() if name != ADDED_BY_BOTO3}
    params = ", ".join(f"{name}={show(value, 120)}" for name, value in given.items())
    subject = show(call.subject)[1:-1] if call.subject else ""
    ms = round(call.seconds * 1000, 1)
    return TracedCall(number, call.operation, subject, answer, _usd(call), params, truncated=call.truncated, ms=ms)


def _usd(call: Call) -> float:
    try:
        return call_usd(call)
    except NotFoundError:  # an instance type that the price table lacks
        return 0.0
