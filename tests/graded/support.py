"""Help the checks of exercises 1 to 3: call a function that may fail, count calls, forbid calls, stop endless loops."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from day89.course.checks.diagnosis import diagnose
from day89.course.checks.expectations import NotStarted, Wrong, describe_error, expect, fail, show
from day89.course.checks.learner import LearnerTask

# What boto3 lets out when AWS refuses: its own class, or the one that upload_file and its like wrap around it.
AWS_ERRORS = {"ClientError", "S3UploadFailedError"}
REFUSALS = ("AccessDenied", "UnauthorizedOperation", "403")
MANY_CALLS = 60
# What code that pastes a name into a URL, a pattern or a shell takes for its own, the most telling first.
HOSTILE = (r"/v\d+/", r"//", r"\$\w+", r"%\d\d", r"'", r'"', r"[^\x00-\x7f]", r"\(\w*\)", r"[+&=%;`|>#*]", r"/$")


@dataclass(frozen=True)
class Attempt:
    """Hold how a call ended: with a value, or with an error."""

    value: Any
    error: Exception | None

    def __str__(self) -> str:
        """Say it in words."""
        return f"it returned {show(self.value)}" if self.error is None else f"it raised {describe_error(self.error)}"


def attempt(task: LearnerTask, function: str, *arguments: Any, **keywords: Any) -> Attempt:
    """Call a function of the learner's that may raise."""
    try:
        return Attempt(getattr(task, function)(*arguments, **keywords), None)
    except (NotStarted, Wrong):
        raise
    except Exception as error:
        task.last_error = None
        return Attempt(None, error)


def answer(task: LearnerTask, mistake: str | None, function: str, *arguments: Any, **keywords: Any) -> Any:
    """Call a function of the learner's; an error is the mistake that it shows, or else the one of the check."""
    ended = attempt(task, function, *arguments, **keywords)
    if ended.error is not None:
        fail(called=task.last_call, expected="a result", found=ended, mistake=blamed(ended, mistake))
    return ended.value


def blamed(ended: Attempt, otherwise: str | None) -> str | None:
    """Return the mistake that an error shows where nothing is wrong; the other one where it shows none."""
    return otherwise if ended.error is None else diagnose(ended.error, otherwise)


def works(task: LearnerTask, function: str, *arguments: Any, **keywords: Any) -> None:
    """Fail where the function raises although nothing is wrong: whoever always raises has not handled an error."""
    ended = attempt(task, function, *arguments, **keywords)
    if ended.error is not None:
        fail(
            called=f"{task.last_call}, where nothing is wrong",
            expected="a result, before the check looks at an error",
            found=ended,
            mistake=blamed(ended, "F1"),
        )


def expect_missing(
    task: LearnerTask,
    missing: str,
    function: str,
    *arguments: Any,
    or_naming: str | None = None,
    of: str | None = None,
    returned: str = "R7",
    **keywords: Any,
) -> None:
    """Fail unless the call raises a LookupError that names what is missing, what is missing with it, or whose it is."""
    ended = attempt(task, function, *arguments, **keywords)
    absent = f"there is no {of} of {missing!r}" if of else f"{missing!r} does not exist"
    where = f"{task.last_call}, where {absent}"
    # The text of a KeyError is the repr of its argument, in which a quote may be escaped.
    said = f"{ended.error}{''.join(map(str, ended.error.args))}" if ended.error else ""
    if not isinstance(ended.error, LookupError):
        shown = _instead_of_a_lookup_error(ended.error) if ended.error else returned
        fail(called=where, expected="a LookupError naming it", found=ended, mistake=shown)
    expect(
        missing in said or (or_naming and or_naming in said),
        called=where,
        expected="its name in the message of the LookupError",
        found=ended,
        mistake="R8",
    )


def _instead_of_a_lookup_error(error: Exception) -> str:
    """Return which mistake it is that something missing is told by another error."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "S3UploadFailedError" in kinds:
        return "U1"
    return "R1" if "ClientError" in kinds else "R9"


def expect_forbidden(task: LearnerTask, mistake: str, function: str, *arguments: Any, **keywords: Any) -> None:
    """Fail unless AWS's 403 leaves the function as it is."""
    expect_as_it_is(task, mistake, attempt(task, function, *arguments, **keywords))


def expect_as_it_is(task: LearnerTask, mistake: str, ended: Attempt) -> None:
    """Fail unless the last call, which met a 403 of AWS, ended with it."""
    kinds = {kind.__name__ for kind in type(ended.error).__mro__}
    expect(
        kinds & AWS_ERRORS and any(word in str(ended.error) for word in REFUSALS),
        called=f"{task.last_call}, where AWS answers 403, forbidden, which says nothing about what is there",
        expected="AWS's own error to reach the caller as it is",
        found=ended,
        mistake=mistake,
    )


def expect_value_error(
    task: LearnerTask, cloud: Any, mistake: str, why: str, function: str, *args: Any, **keywords: Any
) -> None:
    """Fail unless the call raises ValueError, and before AWS is asked anything."""
    before = len(cloud.log)
    ended = attempt(task, function, *args, **keywords)
    where = f"{task.last_call}: {why}"
    expect(isinstance(ended.error, ValueError), called=where, expected="a ValueError", found=ended, mistake=mistake)
    made = [call.operation for call in cloud.log.after(before)]
    expect(
        not made,
        called=where,
        expected="a ValueError before AWS is asked anything",
        found=f"calls {show(made)}",
        mistake=mistake,
    )


def holding(*texts: str, what: str = "the key") -> str:
    """Return in words what of keys or names breaks code that takes them apart, to stand behind a call.

    A check of mastery says by this which hostile thing it was; of plain names there is nothing to say.
    """
    text = "".join(texts)
    signs = [f"`{found[0]}`" for pattern in HOSTILE if (found := re.search(pattern, text))]
    signs += ["a space"] if " " in text else []
    return f", where {what} holds {' and '.join(signs[:4])}" if signs else ""


def forbid(cloud: Any, *actions: str) -> None:
    """Have AWS answer 403 to operations, such as ``s3.PutObject``, from now on."""
    for action in actions:
        cloud.faults.add(action, code="AccessDenied", status=403, times=None)


def stop_endless_loops(cloud: Any, *actions: str, many: int = MANY_CALLS) -> None:
    """Have AWS refuse operations after very many calls, so that a loop without end becomes a message."""
    message = "asked again and again: does each request carry the token of the answer before, and does the loop end?"
    for action in actions:
        cloud.faults.add(action, nth=many, code="EndlessLoop", status=400, message=message, times=None)
