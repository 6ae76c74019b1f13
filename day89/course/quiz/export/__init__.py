"""Write the questions for other tools, and say what each of them cannot carry."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from day89.course.quiz.model import Question, Quiz, Topic
from day89.errors import UsageError

__all__ = ["TARGETS", "Target", "export_file", "losses"]


@dataclass(frozen=True)
class Target:
    """One format: the module that writes it (``write(topics, path)``), the extra it needs, and what it loses.

    Args:
        module: has ``write(topics, path, title)``.
        extra: the optional dependency to install, "" for none.
        lost: feature to what becomes of it.
    """

    module: str
    extra: str
    lost: dict[str, str]


# More names than this are a count.
NAMED_MAX = 12
LETTERS = "become letters to be typed in order"
TARGETS = {
    "moodle-xml": Target(
        "moodle",
        "",
        {
            "lines to put in order": LETTERS,
            "the misconception of each option": "becomes a tag of the whole question",
            "the check that runs the code": "is left out",
        },
    ),
    "gift": Target(
        "gift",
        "",
        {
            "lines to put in order": LETTERS,
            "hints": "are left out: GIFT has none",
            "the misconception of each option": "becomes a tag of the whole question",
            "the check that runs the code": "is left out",
        },
    ),
    "qti": Target(
        "qti",
        "quiz-qti",
        {
            "lines to put in order": LETTERS,
            "hints": "are left out",
            "reasons of typed wrong answers": "are left out: QTI 1.2 of text2qti has feedback for choices only",
            "the misconception of each option": "is left out",
            "the date until which the facts are good": "is left out",
            "the check that runs the code": "is left out",
        },
    ),
    "anki": Target(
        "anki",
        "quiz-anki",
        {
            "lines to put in order": "stand on the front, the program on the back",
            "marking": "is the learner's own: a card is turned, not answered",
            "the check that runs the code": "is left out",
        },
    ),
    "jupyterquiz": Target(
        "jupyter",
        "",
        {
            "lines to put in order": LETTERS,
            "hints": "are left out",
            "sources": "stand in the comment on a right answer",
            "the misconception of each option": "is left out",
            "the date until which the facts are good": "is left out",
            "the check that runs the code": "is left out",
        },
    ),
    "markdown": Target(
        "markdown",
        "",
        {"marking": "is the reader's own: answers are folded away", "the check that runs the code": "is left out"},
    ),
}

# Feature -> does this question have it?
FEATURES: dict[str, Callable[[Question], bool]] = {
    "lines to put in order": lambda question: question.type == "order",
    "hints": lambda question: bool(question.hints),
    "reasons of typed wrong answers": lambda question: bool(question.wrong),
    "sources": lambda question: bool(question.refs),
    "the misconception of each option": lambda question: any(o.misconception for o in question.options),
    "the date until which the facts are good": lambda question: True,
    "marking": lambda question: True,
    "the check that runs the code": lambda question: question.verify is not None,
}


def losses(target: str, questions: list[Question]) -> list[str]:
    """Say what a format does not carry of these questions.

    Args:
        target: a key of ``TARGETS``.
        questions: what is exported.

    Returns:
        One line for each thing that is lost or changed, with the questions that it concerns.
    """
    lines = []
    for feature, fate in TARGETS[target].lost.items():
        hit = [question.id for question in questions if FEATURES[feature](question)]
        if hit:
            lines.append(f"{feature} {fate} ({_where(hit, questions)})")
    return lines


def _where(hit: list[str], questions: list[Question]) -> str:
    if len(hit) == len(questions):
        return "all questions"
    return ", ".join(hit) if len(hit) <= NAMED_MAX else f"{len(hit)} of {len(questions)} questions"


def export_file(quiz: Quiz, target: str, path: Path, *, topic: str | None = None, report: TextIO | None = None) -> int:
    """Write the questions in another format.

    Args:
        quiz: what to write.
        target: a key of ``TARGETS``.
        path: the file; one that is there is replaced.
        topic: only this topic.
        report: where to list what the format cannot carry.

    Returns:
        0.

    Raises:
        UsageError: there is no such topic, the file cannot be written, or an extra is not installed.
    """
    topics = _topics(quiz, topic)
    kind = TARGETS[target]
    # Imported by name: two of the writers need a library that is an extra.
    try:
        module = importlib.import_module(f"day89.course.quiz.export.{kind.module}")
    except ModuleNotFoundError as error:
        raise UsageError(f"--to {target} needs {error.name}: pip install 'day89[{kind.extra}]'") from error
    try:
        module.write(topics, path, "day89: AWS S3 and EC2")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    questions = [question for one in topics for question in one.questions]
    out = report or io.StringIO()
    print(f"{path}: {len(questions)} questions as {target}", file=out)
    for line in losses(target, questions):
        print(f"  not carried as it is: {line}", file=out)
    return 0


def _topics(quiz: Quiz, name: str | None) -> tuple[Topic, ...]:
    chosen = tuple(topic for topic in quiz.topics if name in (None, topic.name))
    if not chosen:
        raise UsageError(f"no topic {name!r}; topics are {', '.join(topic.name for topic in quiz.topics)}")
    return chosen
