"""Compare a learner's answer with what is expected, and fail with the difference.

``Wrong`` is the learner's mistake; ``NotStarted`` is a stub. Every other error that starts in a check is the tool's.
"""

from __future__ import annotations

import os
import re
import reprlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from botocore.client import BaseClient
from botocore.exceptions import ClientError

__all__ = [
    "NotStarted",
    "Wrong",
    "cause_of",
    "describe_alone",
    "describe_call",
    "describe_error",
    "expect",
    "expect_equal",
    "expect_type",
    "fail",
    "in_one_line",
    "show",
]

# The folders of a check, whose names say nothing to whoever reads that a file in them is missing.
_OF_THE_CHECK = re.compile(rf"{re.escape(tempfile.gettempdir())}/[^'\"\s,]*?/(?:work|cwd)\b/?")
_SHORT = 60  # letters of a dict that a message shows whole
_END = 80  # letters of the end of a long error that are told beside its beginning


class Wrong(AssertionError):
    """A wrong answer: what was called, what was expected and what was found, each a part that a report can lay out.

    Args:
        called: the call as text, and the situation in which it was made.
        expected: what the docstring of the task promises.
        found: what was found instead: its ``str`` is told, and its ``line`` where it has one.
        mistake: id of the known mistake that this shows, such as ``"L2"``, or None.

    Attributes:
        called: see above.
        expected: see above.
        found: see above.
        mistake: see above.
        line: line of the submission where it went wrong, where an error shows it.
        code: that line's text.
        evidence: what else was seen, a line of text each.
        launched: an instance has been launched.
        timed_out: the answer took too long.
    """

    def __init__(self, *, called: object, expected: object, found: object, mistake: str | None = None) -> None:
        self.called, self.expected, self.found = str(called), str(expected), str(found)
        super().__init__(in_one_line(self.called, self.expected, self.found))
        self.mistake = mistake
        self.line: int | None = getattr(found, "line", None)
        self.code: str | None = None
        self.evidence: list[str] = []
        self.launched = False
        self.timed_out = False

    def parts(self) -> dict[str, Any]:
        """Return the parts as plain data, under the names that they have in a result."""
        names = ("called", "expected", "found", "mistake", "line", "code", "evidence", "launched")
        return {name: getattr(self, name) for name in names} | {"message": str(self)}


def in_one_line(called: str, expected: str, found: str) -> str:
    """Return the parts of a failure as one sentence, for where only one line of text can be shown."""
    told = found if found.startswith(("it returned", "it raised")) else f"found {found}"
    return f"called {called}; expected {expected}; {told}"


class NotStarted(Exception):
    """The function is still its stub. Not a RuntimeError, as NotImplementedError is: no check may take it for one."""


def fail(*, called: object, expected: object, found: object, mistake: str | None = None) -> NoReturn:
    """Fail the check.

    Args:
        called: the call as text: ``task.last_call``, and the situation in which it was made.
        expected: what the docstring of the task promises.
        found: what was found instead.
        mistake: id of the mistake that this shows, where it is a known one.

    Raises:
        Wrong: always.
    """
    raise Wrong(called=called, expected=expected, found=found, mistake=mistake)


def expect(condition: object, *, called: object, expected: object, found: object, mistake: str | None = None) -> None:
    """Fail the check unless the condition is true.

    Args:
        condition: what must be true of what the *cloud* or a plain value shows.
        called: the call as text: ``task.last_call``, and the situation in which it was made.
        expected: what the docstring of the task promises.
        found: what was found instead.
        mistake: id of the mistake that this shows, where it is a known one.

    Raises:
        Wrong: the condition is false.
    """
    if not condition:
        raise Wrong(called=called, expected=expected, found=found, mistake=mistake)


def expect_type(found: object, kind: type | tuple[type, ...], called: str, mistake: str | None = None) -> None:
    """Fail the check unless a returned value has the type that the docstring promises (``True`` is not a number here).

    Args:
        found: what the learner's function returned.
        kind: the promised type, or several.
        called: the call as text: ``task.last_call``.
        mistake: id of the mistake that this message shows, where it is a known one.

    Raises:
        Wrong: the value has another type.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not _is_a(found, kinds):
        names = " or ".join(one.__name__ for one in kinds)
        what = f"{show(found)} ({type(found).__name__})"
        raise Wrong(called=called, expected=f"a {names}", found=what, mistake=mistake)


def expect_equal(found: object, expected: object, called: str, mistake: str | None = None) -> None:
    """Fail the check unless a returned value is the expected one, also in type.

    Args:
        found: what the learner's function returned, or what the cloud holds.
        expected: the right value: plain data.
        called: the call as text: ``task.last_call``, and what was looked at where it is not the returned value.
        mistake: id of the mistake that this message shows, where it is a known one.

    Raises:
        Wrong: the values differ.
    """
    # The expected value stands on the left: its own type decides first what equal means, never the learner's object.
    if not (_is_a(found, (type(expected),)) and expected == found):
        wanted, got, same = _without_same(expected, found)
        more = f", and {same} that {'is' if same == 1 else 'are'} right" if same else ""
        raise Wrong(called=called, expected=show(wanted), found=show(got) + more, mistake=mistake)


def _without_same(expected: object, found: object) -> tuple[object, object, int]:
    """Return two values for a message; of two long dicts what differs, and how many entries do not.

    Shown whole, both could be cut off before the entry that makes the difference.
    """
    if type(expected) is not dict or type(found) is not dict or len(show(expected)) <= _SHORT >= len(show(found)):
        return expected, found, 0
    same = {key for key, value in expected.items() if key in found and value == found[key]}
    if not same:
        return expected, found, 0
    wanted = {key: value for key, value in expected.items() if key not in same}
    return wanted, {key: value for key, value in found.items() if key not in same}, len(same)


def _is_a(found: object, kinds: tuple[type, ...]) -> bool:
    if type(found) is bool and bool not in kinds:
        return False
    return issubclass(type(found), kinds)


class _Shortener(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxstring, self.maxother, self.maxlist, self.maxdict, self.maxlevel = 60, 60, 6, 6, 4
        self.fillvalue = "…"

    def repr_str(self, text: str, level: int) -> str:
        if text.startswith(tempfile.gettempdir()):
            return repr(f"…/{Path(text).name}")
        return repr(text) if len(text) <= self.maxstring else repr(text[: self.maxstring - 1]) + "…"

    def repr_bytes(self, data: bytes, level: int) -> str:
        return repr(data) if len(data) <= self.maxstring else f"{data[:20]!r}… ({len(data)} bytes)"

    def repr_instance(self, value: object, level: int) -> str:
        if isinstance(value, BaseClient):
            return str(value.meta.service_model.service_name)
        if isinstance(value, os.PathLike):
            return repr(f"…/{Path(value).name}")
        if hasattr(value, "shown"):
            return str(value.shown)
        return super().repr_instance(value, level)


def show(value: object, limit: int = 200) -> str:
    """Return a value as one short line of text.

    Args:
        value: anything; clients read as their service, paths as their last part.
        limit: greatest number of characters.
    """
    try:
        text = _Shortener().repr(value)
    except Exception:  # a learner's object may have any __repr__
        text = f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe_call(function: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    """Return a call as text, such as ``list_keys(s3, 'b-7f3', '')``."""
    parts = [show(value, 80) for value in arguments]
    parts += [f"{name}={show(value, 80)}" for name, value in keywords.items()]
    return f"{function}({', '.join(parts)})"


def describe_error(error: BaseException) -> str:
    """Return an error as text: its class, its AWS code and operation, its message, and what it was raised for."""
    behind = cause_of(error)
    return describe_alone(error) + (f" (raised after {_one_line(describe_alone(behind), 120)})" if behind else "")


def cause_of(error: BaseException) -> Exception | None:
    """Return the error that an error was raised for, or that was being handled when it came up."""
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return behind if isinstance(behind, Exception) and not isinstance(error, ClientError) else None


def describe_alone(error: BaseException) -> str:
    """Return an error as text, without the error that it was raised for."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        code = " ".join([*filter(None, [str(details.get("Code", ""))]), "from", str(error.operation_name)])
        return f"botocore ClientError {code}: {_one_line(str(details.get('Message', '')))}"
    text = _one_line(_text_of(error).removeprefix("Parameter validation failed:"))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a learner's class may have any __str__
        return ""


def _one_line(text: str, limit: int = 200) -> str:
    text = " ".join(_OF_THE_CHECK.sub("…/", text).split())
    # What went wrong stands at the beginning, or at the end: of a console, of a traceback.
    return text if len(text) <= limit + _END else f"{text[: limit - 1]}… {text[-_END:]}"
