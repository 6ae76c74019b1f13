"""Make calls fail on request, as AWS's own do on a bad day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError

__all__ = ["Fault", "Faults"]

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
STATUSES = {
    "SlowDown": 503,
    "ServiceUnavailable": 503,
    "RequestLimitExceeded": 503,
    "Unavailable": 503,
    "InternalError": 500,
    "InsufficientInstanceCapacity": 500,
    "AccessDenied": 403,
    "UnauthorizedOperation": 403,
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "OperationAborted": 409,
    "ConditionalRequestConflict": 409,
}
MESSAGES = {
    "SlowDown": "Please reduce your request rate.",
    "RequestLimitExceeded": "Request limit exceeded.",
    "InternalError": "We encountered an internal error. Please try again.",
    "AccessDenied": "Access Denied",
    "UnauthorizedOperation": "You are not authorized to perform this operation.",
    "InsufficientInstanceCapacity": "We currently do not have sufficient capacity in the zone that you requested.",
}


@dataclass
class Fault:
    """One injected fault: the call that it waits for, and what happens to that call.

    Args:
        action: service and operation, such as ``s3.PutObject``.
        nth: the first call that it meets, counted from 1 among the calls that fit.
        times: how many calls in a row it meets; None is every one from there on.
        code: the error that is answered instead of an answer.
        status: HTTP status; None takes AWS's own for the code.
        message: what the error says; None takes AWS's own words.
        where: only calls with these parameters fit, such as ``{"Key": "a"}``; ``"a*"`` fits whatever begins so.
        cut_after: the body of the answer breaks off after so many bytes.
        keys: keys that a DeleteObjects reports as not deleted, with ``code``; a number means the first so many.
        before: is called with the call just before it is done; what it does to the cloud happens in between.
    """

    action: str
    nth: int = 1
    times: int | None = 1
    code: str | None = None
    status: int | None = None
    message: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    keys: Iterable[str] | int | None = None
    before: Callable[[ApiCall], Any] | None = None
    seen: int = 0
    met: int = 0

    def fits(self, call: ApiCall) -> bool:
        """Count a call, and say whether this fault meets it."""
        if call.action != self.action or not all(_same(call.params.get(k), v) for k, v in self.where.items()):
            return False
        self.seen += 1
        met = self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)
        self.met += met
        return met

    @property
    def refusal(self) -> AwsError | None:
        """Return the error to answer with, if it answers with one."""
        if self.code is None or self.keys is not None:
            return None
        status = self.status or STATUSES.get(self.code, 400)
        return AwsError(self.code, self.message or MESSAGES.get(self.code, self.code), status)

    def kept_keys(self, call: ApiCall) -> list[str]:
        """Return the keys of a DeleteObjects that will not be deleted."""
        named = [item["Key"] for item in call.params.get("Delete", {}).get("Objects", [])]
        if isinstance(self.keys, int):
            return named[: self.keys]
        return [key for key in named if key in set(self.keys or ())]


def _same(found: Any, wanted: str) -> bool:
    text = "" if found is None else str(found)
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted


class Faults:
    """The injected faults of one cloud."""

    def __init__(self, faults: Iterable[Fault | str] = ()) -> None:
        """Begin with some faults: as they are, or as text ``s3.PutObject:SlowDown`` or ``s3.PutObject:SlowDown:2``."""
        self.faults = [fault if isinstance(fault, Fault) else parse_fault(fault) for fault in faults]

    def add(self, action: str, **options: Any) -> Fault:
        """Order a fault; the options are those of ``Fault``.

        Args:
            action: service and operation, such as ``s3.PutObject``.
            options: such as ``nth``, ``times``, ``code``, ``where``, ``cut_after``, ``keys``, ``before``.

        Returns:
            The fault; its ``met`` says how many calls it has met so far.
        """
        fault = Fault(action, **options)
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults that were ordered."""
        self.faults.clear()

    def meeting(self, call: ApiCall) -> list[Fault]:
        """Return the faults that meet a call."""
        return [fault for fault in self.faults if fault.fits(call)]


def parse_fault(text: str) -> Fault:
    """Read a fault from text: ``OPERATION:CODE[:NTH]``.

    Args:
        text: such as ``s3.PutObject:SlowDown:2``.

    Returns:
        The fault.

    Raises:
        ValueError: it does not read like that.
    """
    parts = text.split(":")
    if len(parts) not in (2, 3) or "." not in parts[0] or not all(part.strip() for part in parts):
        raise ValueError(f"a fault reads OPERATION:CODE[:NTH], such as s3.PutObject:SlowDown:2, not {text!r}")
    return Fault(parts[0], code=parts[1], nth=int(parts[2]) if len(parts) == 3 else 1)
