"""Tell which known mistake an error shows, wherever it comes up: by its class, its AWS code, its operation.

Only what a submission's side tells of an error is looked at, so that the verdict is the same across a process boundary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

from day89.course.checks.evidence import PROVABLE
from day89.course.checks.expectations import describe_alone

__all__ = ["NoRequests", "diagnose"]

# The first pattern that is found in an error, as ``describe_alone`` puts it, decides.
SYMPTOMS = tuple(
    (re.compile(pattern), mistake)
    for pattern, mistake in (
        (r"ClientError NoSuch(BucketPolicy|LifecycleConfiguration) ", "R5"),
        (r"ClientError EndlessLoop ", "L4"),
        (r"KeyError: '(Contents|Versions|DeleteMarkers)'", "L1"),
        (r"ClientError InvalidLocationConstraint ", "B1"),
        (r"ClientError IllegalLocationConstraintException .*unspecified", "B2"),
        (r"ClientError IllegalLocationConstraintException ", "B3"),
        (r"ClientError MalformedXML from PutBucketEncryption", "C9"),
        (r"Rule ID must be unique", "C3"),
        (r"Filter element can only be used in Lifecycle V2", "C2"),
        (r"prevented by the BlockPublicPolicy setting", "C12"),
        (r"explicit deny in a resource-based policy", "C26"),
        (r"ClientError (Invalid(Group|Permission)\.Duplicate|EntityAlreadyExists|LimitExceeded) ", "N3"),
        (r"The filter '.*' is invalid", "E13"),
        (r"User data is limited to", "N12"),
        (r"ClientError Invalid(Group|AMIID)\.(NotFound|Malformed) from RunInstances", "E42"),
        (r"ClientError InvalidKeyPair\.NotFound from RunInstances", "E5"),
        (r"ClientError AccessControlListNotSupported ", "C10"),
        (r"ClientError (PreconditionFailed|ConditionalRequestConflict) ", "U33"),
        (r"\bellipsis\b", "R12"),
        (r"value: None, type", "R10"),
        (r"type: <class 'tuple'>", "R13"),
        (r"ParamValidationError: Unknown parameter in ", "R14"),
        (r"NameError: name '.*' is not defined", "R11"),
        (r"ValueError: Waiter does not exist", "R17"),
        (r"BadGzipFile|decode byte 0x8b in position 1", "D14"),
        (r"Unicode(De|En)codeError", "D9"),
        (r"UnsupportedOperation: seek", "M1"),
        (r"KeyError: 'PublicIpAddress'", "E50"),
    )
)
# What docstrings of the course promise, and what AWS says to whoever may not: none of them where nothing is wrong.
PROMISED = {"LookupError", "ValueError", "RuntimeError", "TimeoutError"}
FORBIDDEN = re.compile(r"ClientError (AccessDenied|UnauthorizedOperation|403) ")


def diagnose(error: BaseException, otherwise: str | None = None) -> str | None:
    """Return the id of the mistake that an error shows which was raised where nothing is wrong.

    Args:
        error: what a learner's function raised.
        otherwise: what the check suspects, where the error's own text shows nothing; it counts only if it can be
            proved by what was seen (``day89.course.checks.evidence``).
    """
    text = describe_alone(error)
    for pattern, mistake in SYMPTOMS:
        if pattern.search(text):
            return mistake
    if type(error).__name__ in PROMISED or FORBIDDEN.search(text):
        return "F1"
    if otherwise in PROVABLE:
        return otherwise
    return "R16" if text.startswith("WaiterError: ") else None


class NoRequests:
    """A watch on functions that were given a client: it notices where they return without any request to AWS.

    Args:
        asked: tells how many requests AWS has had so far.

    Attributes:
        is_right: in this check nobody has to ask AWS.
        spans: how many requests AWS had had before and after each call of a function; None while it runs.
    """

    def __init__(self, asked: Callable[[], int]) -> None:
        self._asked = asked
        self._calls: list[bool] = []
        self.is_right = False
        self.spans: list[tuple[int, int | None]] = []

    @contextmanager
    def listening(self, arguments: tuple[Any, ...]) -> Iterator[None]:
        """Listen during one call of a function; an error may come before any request, so it says nothing."""
        before, silent = self._asked(), False
        self.spans.append((before, None))
        place = len(self.spans) - 1
        try:
            yield
            silent = self._asked() == before
        finally:
            self.spans[place] = before, self._asked()
            if any(isinstance(one, BaseClient) for one in arguments):
                self._calls.append(silent)

    @property
    def whole(self) -> bool:
        """Tell whether every call was silent, and none had to be."""
        return bool(self._calls) and all(self._calls) and not self.is_right
