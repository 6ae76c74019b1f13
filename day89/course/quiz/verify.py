"""Run the code of a question against the local cloud and say what happened."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError

from day89 import cloud
from day89.cloud.messages.model import ADMIN
from day89.course.quiz.model import Question, Verify
from day89.errors import ToolError, error_code

__all__ = ["Outcome", "assemble", "disagreements", "run_code"]

PREAMBLE = "import boto3, botocore, io, json\nfrom pathlib import Path\nfrom botocore.exceptions import ClientError\n"


@dataclass(frozen=True)
class Outcome:
    """What a piece of code did: what it printed, and the names under which its error can be caught."""

    printed: str
    raised: frozenset[str]

    def is_(self, prints: str | None, raises: str | None) -> bool:
        """Say whether this is the outcome that an option claims."""
        if raises is not None:
            return raises in self.raised
        return not self.raised and prints is not None and self.printed == prints.strip("\n")

    def __str__(self) -> str:
        """Show it in one line."""
        return f"raised {' / '.join(sorted(self.raised))}" if self.raised else f"printed {self.printed!r}"


def assemble(question: Question, letters: tuple[str, ...]) -> str:
    """Return the program that these lines make, in this order."""
    lines = {line.letter: line.code for line in question.lines}
    return "\n".join(lines[letter] for letter in letters)


def run_code(code: str, verify: Verify) -> Outcome:
    """Run code as a question shows it: clients made, buckets set up, in an empty folder, against a fresh local cloud.

    Args:
        code: the program.
        verify: its set-up, the check that runs after it and the options of the cloud.

    Returns:
        What it printed and raised. A failed check of the question counts as having raised ``AssertionError``.

    Raises:
        ToolError: the set-up itself failed: the question is broken, not its answer.
    """
    options: dict[str, Any] = dict(verify.cloud)
    with cloud.local(**options) as local, _empty_folder(), _default_credentials():
        names: dict[str, Any] = {"cloud": local}
        for service in ("s3", "ec2", "iam"):
            names[service] = local.client(service, region="us-east-1")
        try:
            exec(
                compile(PREAMBLE + verify.setup, "<setup>", "exec"), names
            )  # our own questions, never a learner's text
        except Exception as error:
            raise ToolError(f"the set-up of a question failed: {type(error).__name__}: {error}") from error
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            raised = _names_of_error(code, names) or _names_of_error(verify.check, names)
        return Outcome(output.getvalue().strip("\n"), raised)


def _names_of_error(code: str, names: dict[str, Any]) -> frozenset[str]:
    try:
        exec(compile(code, "<question>", "exec"), names)
    except Exception as error:
        known = {kind.__name__ for kind in type(error).__mro__ if kind not in (object, BaseException, Exception)}
        return frozenset(known | ({error_code(error)} if isinstance(error, ClientError) else set()))
    return frozenset()


@contextlib.contextmanager
def _default_credentials() -> Iterator[None]:
    # Code of a question may say boto3.client("s3") as a learner would: the chain finds the local cloud's administrator.
    environment = {
        "AWS_ACCESS_KEY_ID": ADMIN.access_key,
        "AWS_SECRET_ACCESS_KEY": ADMIN.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, clean | environment, clear=True), patch.object(boto3, "DEFAULT_SESSION", None):
        yield


@contextlib.contextmanager
def _empty_folder() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def disagreements(question: Question) -> list[str]:
    """Run a question and list where its key and what happened differ.

    A ``trace`` question's right option must be what happened and no other option may be; of a ``fix`` question the
    right option, and no other, must make the check pass; of an ``order`` question the right order must; a ``numeric``
    or ``short`` key must be what its ``run`` prints; any other code question must pass its check.

    Args:
        question: one that has ``verify``.

    Returns:
        One sentence for each difference, [] where the key is right.
    """
    verify = question.verify or Verify()
    judge = {"trace": _trace, "fix": _fix, "order": _order, "numeric": _typed, "short": _typed}.get(
        question.type, _check
    )
    return judge(question, verify)


def _trace(question: Question, verify: Verify) -> list[str]:
    outcome = run_code(question.code, verify)
    return [
        f"option {option.letter} ({option.text}) is {'right' if option.correct else 'wrong'}, but the code {outcome}"
        for option in question.options
        if outcome.is_(option.prints, option.raises) is not option.correct
    ]


def _fix(question: Question, verify: Verify) -> list[str]:
    found = []
    if not run_code(question.code, verify).raised:
        found.append("the code of the stem already passes its check")
    for option in question.options:
        outcome = run_code(option.code or "", verify)
        if bool(outcome.raised) is option.correct:
            found.append(f"option {option.letter} is marked {'right' if option.correct else 'wrong'}, but it {outcome}")
    return found


def _order(question: Question, verify: Verify) -> list[str]:
    outcome = run_code(assemble(question, question.key), verify)
    return [f"the right order {outcome}"] if outcome.raised else []


def _typed(question: Question, verify: Verify) -> list[str]:
    outcome = run_code(verify.run or question.code, verify)
    if question.type == "numeric" and not outcome.raised:
        near = abs(float(outcome.printed) - float(question.answers[0])) <= question.tolerance
        return [] if near else [f"the key is {question.answers[0]}, but its calculation {outcome}"]
    return (
        []
        if outcome.is_(question.answers[0], None)
        else [f"the key is {question.answers[0]!r}, but the code {outcome}"]
    )


def _check(question: Question, verify: Verify) -> list[str]:
    outcome = run_code(verify.run or question.code, verify)
    return [f"its check: the code {outcome}"] if outcome.raised else []
