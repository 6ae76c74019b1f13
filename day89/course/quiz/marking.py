"""Judge an answer: right or not, and what to say about it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from day89.course.quiz.model import CHOICE_TYPES, Question

__all__ = ["Marked", "mark", "parse", "shuffled"]


@dataclass(frozen=True)
class Marked:
    """What came of an answer.

    Args:
        correct: whether it is right.
        answer: the answer in the letters of the file (or as typed), the same however it was shuffled.
        why: what to say to this very answer.
        misconception: the id that it points at, or None.
    """

    correct: bool
    answer: tuple[str, ...]
    why: str
    misconception: str | None


def shuffled(question: Question, seed: str) -> tuple[str, ...]:
    """Return the letters of the file in the order in which to show them.

    Args:
        question: what is asked.
        seed: the same seed gives the same order.

    Returns:
        A permutation of the letters of its options or lines; () where there is nothing to choose from.
    """
    letters = [option.letter for option in question.options] or [line.letter for line in question.lines]
    random.Random(f"{seed}/{question.id}").shuffle(letters)
    return tuple(letters)


def parse(question: Question, text: str, shown: tuple[str, ...]) -> tuple[str, ...] | None:
    """Read what somebody typed.

    Args:
        question: what was asked.
        text: such as ``b``, ``a c``, ``ac``, ``15.40`` or ``$15.40``.
        shown: the letters of the file in the order in which they were shown as a, b, c, ...

    Returns:
        The answer in the letters of the file, or as typed; None where it cannot be an answer.
    """
    if question.type == "short":
        return (text.strip(),) if text.strip() else None
    if question.type == "numeric":
        return _number(text)
    places = [ord(letter) - ord("a") for letter in text.lower() if letter.isalpha()]
    one = question.type in ("mcq", "trace", "fix")
    if not places or max(places) >= len(shown) or len(set(places)) < len(places) or (one and len(places) > 1):
        return None
    letters = tuple(shown[place] for place in places)
    return letters if question.type == "order" else tuple(sorted(letters))


def _number(text: str) -> tuple[str, ...] | None:
    found = re.fullmatch(r"\s*\$?\s*(-?\d[\d,]*\.?\d*|-?\.\d+)\s*(?:\$|dollars?|USD)?\s*", text, re.IGNORECASE)
    return (found.group(1).replace(",", ""),) if found else None


def mark(question: Question, answer: tuple[str, ...]) -> Marked:
    """Judge an answer that ``parse`` returned.

    Args:
        question: what was asked.
        answer: letters of the file, or the typed text.

    Returns:
        Whether it is right and what to say to it. What it says never gives away the right answer to a wrong one.
    """
    if question.type in CHOICE_TYPES:
        return _mark_choice(question, answer)
    if question.type == "order":
        return _mark_order(question, answer)
    return _mark_typed(question, answer[0])


def _mark_choice(question: Question, answer: tuple[str, ...]) -> Marked:
    key = tuple(sorted(question.key))
    chosen = [question.option(letter) for letter in answer]
    wrong = [option for option in chosen if not option.correct]
    if answer == key:
        return Marked(True, answer, " ".join(option.why for option in chosen), None)
    if wrong:
        return Marked(False, answer, " ".join(option.why for option in wrong), wrong[0].misconception)
    return Marked(False, answer, "What you chose is right, but it is not all.", None)


def _mark_order(question: Question, answer: tuple[str, ...]) -> Marked:
    if answer == question.key:
        return Marked(True, answer, "", None)
    lines = {line.letter: line for line in question.lines}
    for letter in answer:
        if lines[letter].place is None:
            return Marked(
                False,
                answer,
                f"`{lines[letter].code.strip()}` does not belong: {lines[letter].why}",
                lines[letter].misconception,
            )
    right = next((at for at, (a, b) in enumerate(zip(answer, question.key, strict=False)) if a != b), len(answer))
    if right == len(answer):
        return Marked(
            False, answer, f"So far all is in place, but {len(question.key) - len(answer)} more belong to it.", None
        )
    return Marked(
        False,
        answer,
        f"The first {right} are in place; the next one, `{lines[answer[right]].code.strip()}`, is not.",
        None,
    )


def _mark_typed(question: Question, text: str) -> Marked:
    if _same(question, text, question.answers):
        return Marked(True, (text,), "", None)
    for wrong in question.wrong:
        if _same(question, text, (wrong.value,)):
            return Marked(False, (text,), wrong.why, wrong.misconception)
    return Marked(False, (text,), "That is not it.", None)


def _same(question: Question, text: str, values: tuple[str, ...]) -> bool:
    if question.type == "numeric":
        return any(abs(float(text) - float(value)) <= question.tolerance + 1e-9 for value in values)
    normal = " ".join(text.casefold().split())
    return any(normal == " ".join(value.casefold().split()) for value in values)
