"""Say which questions are badly written, by rules that research on tests supports.

The rules on options follow Haladyna, Downing and Rodriguez, "A Review of Multiple-Choice Item-Writing Guidelines"
(Applied Measurement in Education 15(3), 2002), and Rodriguez, "Three Options Are Optimal" (2005); asking *why* and
running what can be run follow Crichton and Krishnamurthi, "Profiling Programming Language Learning" (OOPSLA 2024,
https://arxiv.org/abs/2401.01257).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from day89.course.exercise.tasks import exercises
from day89.course.quiz.model import CHOICE_TYPES, OUTCOMES, SECTIONS, TEACHING_ASKS, Question, Quiz

__all__ = ["Finding", "lint_question", "lint_quiz"]

QUESTIONS_MIN, PER_OUTCOME_MIN, TEACHING_MIN, CODE_MIN, NUMERIC_MIN = 60, 3, 0.6, 15, 4
# A longer option reads as the right one. A dozen letters of difference are never seen, whatever their ratio.
LENGTH_RATIO_MAX, LENGTH_DIFFERENCE_FREE = 1.5, 12
# With three options each letter should hold the key in a third of the questions; this is how far off is tolerated.
KEY_SHARE_MIN, KEY_SHARE_MAX = 0.25, 0.42
CODE_WIDTH_MAX = 76
FACT_LIFE_MAX = timedelta(days=2 * 366)
ABOVE = re.compile(r"\b(all|none|both|neither) of (the|these) (above|options)\b", re.IGNORECASE)
NEGATIVE = re.compile(r"\b[Ww]hich\b[^?]*\b(not|never|except)\b[^?]*\?")


@dataclass(frozen=True)
class Finding:
    """One broken rule: where, which, and what to do."""

    where: str
    rule: str
    message: str

    def __str__(self) -> str:
        """Show it in one line."""
        return f"{self.where}: {self.message} [{self.rule}]"


def lint_quiz(quiz: Quiz, today: date) -> list[Finding]:
    """Check every question and the quiz as a whole.

    Args:
        quiz: what to check.
        today: facts whose ``valid_until`` lies before it have expired.

    Returns:
        What is wrong, [] where all is well.
    """
    found = [finding for question in quiz for finding in lint_question(question, quiz.misconceptions, today)]
    return found + [Finding("quiz", rule, message) for rule, message in _whole(quiz)]


def lint_question(question: Question, misconceptions: dict[str, str], today: date) -> list[Finding]:
    """Check one question by itself.

    Args:
        question: what to check.
        misconceptions: the known ids.
        today: facts whose ``valid_until`` lies before it have expired.

    Returns:
        What is wrong with it.
    """
    found = [Finding(question.id, rule, message) for check in CHECKS for rule, message in check(question)]
    unknown = {used for used in _misconceptions(question) if used not in misconceptions}
    for used in sorted(map(str, unknown)):
        found.append(
            Finding(question.id, "misconception", f"{used} is no known misconception; each wrong answer needs one")
        )
    if question.expired(today):
        message = f"its facts were good until {question.valid_until}; check its refs and move checked and valid_until"
        found.append(Finding(question.id, "expired", message))
    return found


def _misconceptions(question: Question) -> list[str | None]:
    options = [option.misconception for option in question.options if not option.correct]
    lines = [line.misconception for line in question.lines if line.place is None]
    return options + lines + [wrong.misconception for wrong in question.wrong]


def _keys(question: Question) -> Iterator[tuple[str, str]]:
    keys = len(question.key)
    if question.type == "multi" and keys < 2:
        yield "key", "a question of type multi needs at least two right options; make it mcq"
    if question.type in ("mcq", "trace", "fix") and keys != 1:
        yield "key", f"it has {keys} right options, expected 1"


def _options(question: Question) -> Iterator[tuple[str, str]]:
    if question.type not in CHOICE_TYPES:
        return
    if not 3 <= len(question.options) <= 4:
        yield "options", f"it has {len(question.options)} options, expected 3 or 4"
    lengths = sorted(len(option.text) for option in question.options)
    tolerated = max(LENGTH_RATIO_MAX * lengths[0], lengths[0] + LENGTH_DIFFERENCE_FREE)
    # What a program prints and what a line of code is cannot be made longer or shorter.
    if question.type in ("mcq", "multi") and lengths[-1] > tolerated:
        yield "length", f"its options have from {lengths[0]} to {lengths[-1]} letters; make them alike"
    if any(ABOVE.search(option.text) for option in question.options):
        yield "above", "no option may speak of the other options"
    if any(option.correct and option.misconception for option in question.options):
        yield "misconception", "the right option has a misconception"


def _wording(question: Question) -> Iterator[tuple[str, str]]:
    if NEGATIVE.search(question.stem):
        yield "negative", "the stem asks for what is not so; ask positively, or write NOT"
    if question.section not in SECTIONS:
        yield "section", f"{question.section!r} is not a section of the lesson"


def _typed(question: Question) -> Iterator[tuple[str, str]]:
    if question.type in ("numeric", "short") and not question.wrong:
        yield "wrong", "list the wrong answers to expect, each with a why"
    if question.type == "order" and not all(line.why for line in question.lines if line.place is None):
        yield "why", "each line that is not needed must say why"
    if question.type == "order" and all(line.place for line in question.lines):
        yield "distractor", "an ordering needs at least one line that is not needed"


def _facts(question: Question) -> Iterator[tuple[str, str]]:
    if not question.refs or any(not ref.startswith("https://") for ref in question.refs):
        yield "refs", "it needs at least one source, each an https:// address"
    if not question.checked < question.valid_until <= question.checked + FACT_LIFE_MAX:
        yield "valid_until", "valid_until must lie after checked, and at most two years"


def _code(question: Question) -> Iterator[tuple[str, str]]:
    needs = question.code or question.type in ("trace", "fix", "order", "numeric")
    if needs and (question.verify is None or question.verify.reason_not_run):
        yield "run", "its code or calculation is not run; give it verify"
    shown = [
        question.code,
        *(option.code or "" for option in question.options),
        *(line.code for line in question.lines),
    ]
    if any(len(line) > CODE_WIDTH_MAX for code in shown for line in code.splitlines()):
        yield "width", f"a line of code is longer than {CODE_WIDTH_MAX} letters, which a terminal would break"
    if question.type == "trace":
        for option in question.options:
            if option.prints is None and option.raises is None:
                yield "run", f"option {option.letter} of a trace question needs prints or raises"


CHECKS: tuple[Callable[[Question], Iterator[tuple[str, str]]], ...] = (_keys, _options, _wording, _typed, _facts, _code)


def _whole(quiz: Quiz) -> Iterator[tuple[str, str]]:
    questions = list(quiz)
    outcomes = Counter(question.outcome for question in questions)
    teaching = sum(question.ask in TEACHING_ASKS for question in questions)
    wanted: list[tuple[str, int, int]] = [
        ("questions", len(questions), QUESTIONS_MIN),
        ("questions that trace or fix code", sum(q.type in ("trace", "fix") for q in questions), CODE_MIN),
        ("numeric questions", sum(q.type == "numeric" for q in questions), NUMERIC_MIN),
    ]
    wanted += [(f"questions on outcome {outcome}", outcomes[outcome], PER_OUTCOME_MIN) for outcome in OUTCOMES]
    for section in SECTIONS:
        wanted.append((f"questions on {section!r}", sum(q.section == section for q in questions), 1))
    for exercise in (one.number for one in exercises()):
        ordering = sum(q.type == "order" and q.exercise == exercise for q in questions)
        wanted.append((f"ordering questions before exercise {exercise}", ordering, 1))
    yield from (
        ("coverage", f"{have} {what}, expected at least {least}") for what, have, least in wanted if have < least
    )
    if teaching < TEACHING_MIN * len(questions):
        yield (
            "asks",
            f"{teaching} of {len(questions)} ask why, what happens or what is wrong; expected {TEACHING_MIN:.0%}",
        )
    yield from _balance(questions)


def _balance(questions: list[Question]) -> Iterator[tuple[str, str]]:
    keys = Counter(q.key[0] for q in questions if q.type in ("mcq", "trace", "fix") and len(q.options) == 3 and q.key)
    total = sum(keys.values())
    for letter in "abc":
        if total and not KEY_SHARE_MIN <= keys[letter] / total <= KEY_SHARE_MAX:
            yield "balance", f"the key is {letter} in {keys[letter]} of {total} questions; move some"
