"""Report a failed check of the course in plain pytest as its learner reads it: their frames, and what was found."""

from __future__ import annotations

import ast
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from day89.course.checks.expectations import NotStarted, Wrong
from day89.course.exercise.submission import Unreadable, read
from day89.course.reports import failure

__all__ = ["LearnerFailure", "hide_grader_frames"]


class LearnerFailure:
    """What pytest prints of a failed check; it takes the place of pytest's own representation of an error.

    Args:
        frames: file, line, function and code of each frame in the submission, outermost first.
        told: lines on what was called, expected and found.
        message: all of it in one sentence, for pytest's summary.
    """

    def __init__(self, frames: list[traceback.FrameSummary], told: list[str], message: str) -> None:
        self.frames = frames
        self.told = told
        self.reprcrash = _Crash(message)

    def lines(self) -> list[str]:
        """Return its lines: the last frame is the learner's."""
        frames = [line for one in self.frames for line in _frame(one)]
        return [*(f"E   {line}" for line in self.told), "", *frames]

    def toterminal(self, tw: Any) -> None:
        """Write it to a terminal, as pytest asks for."""
        for line in self.lines():
            tw.line(line, red=line.startswith("E"), bold=line.startswith("E"))

    def __str__(self) -> str:
        return "\n".join(self.lines())


class _Crash:
    """The one line that pytest's summary shows."""

    def __init__(self, message: str) -> None:
        self.message = message


def _frame(one: traceback.FrameSummary) -> list[str]:
    try:
        shown = str(Path(one.filename).relative_to(Path.cwd()))
    except ValueError:
        shown = one.filename
    return [f"{shown}:{one.lineno}: in {one.name}", *([f"    {one.line}"] if one.line else [])]


def hide_grader_frames(item: Any, path: Path, raised: Any) -> None:
    """Have pytest report a check without a frame of the grader; ``--full-trace`` shows them all.

    Args:
        item: the check, which pytest has collected.
        path: the file that the checks run on.
        raised: returns the error of the learner's function, or None.
    """
    if not item.config.getoption("fulltrace"):
        item.repr_failure = partial(_represent, item, path, raised, item.repr_failure)


def _represent(
    item: pytest.Function, path: Path, raised: Any, otherwise: Any, excinfo: pytest.ExceptionInfo[BaseException]
) -> Any:
    error, marker = excinfo.value, item.get_closest_marker("task")
    if isinstance(error, Wrong):
        told = [f"{label:<{failure.LABEL}}{text}" for label, text in failure.parts(error.parts()) if label != "line"]
        message = str(error)
    elif isinstance(error, NotStarted):
        message = f"task {marker.args[0] if marker else ''} is not started: its stub is still there"
        told = [message]
    else:
        return otherwise(excinfo)
    learners = raised()
    frames = traceback.extract_tb((learners or error).__traceback__)
    own = [one for one in frames if one.filename == str(path.resolve())]
    return LearnerFailure(own or _definition(path, error), told, message)


def _definition(path: Path, error: BaseException) -> list[traceback.FrameSummary]:
    """Return where the function begins that gave a wrong answer: there is no traceback to show."""
    called = getattr(error, "called", "").partition("(")[0]
    try:
        tree = read(path).tree
    except Unreadable:
        return []
    lines = [node.lineno for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == called]
    return [traceback.FrameSummary(str(path.resolve()), line, called) for line in lines[-1:]]
