"""Write JSON for jupyterquiz: https://github.com/jmshea/jupyterquiz"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from day89.course.quiz.export.parts import explanation_html, letters, option_html, order_keys
from day89.course.quiz.model import CHOICE_TYPES, Question, Topic
from day89.course.quiz.text import to_html

__all__ = ["write"]

ORDER_WIDTH = 30


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write all questions as one list for ``display_quiz(FILE)``."""
    questions = [_question(question) for topic in topics for question in topic.questions]
    path.write_text(json.dumps(questions, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _question(question: Question) -> dict[str, Any]:
    entry: dict[str, Any] = {"question": to_html(question.stem)}
    if question.code:
        entry["code"] = question.code
    if question.type in CHOICE_TYPES:
        entry["type"] = "many_choice" if question.type == "multi" else "multiple_choice"
        entry["answers"] = [
            {
                "answer": option_html(option.text, option.code),
                "correct": option.correct,
                "feedback": to_html(option.why) + (explanation_html(question) if option.correct else ""),
            }
            for option in question.options
        ]
    elif question.type == "numeric":
        entry["type"], entry["answers"] = "numeric", _numbers(question)
        entry["question"] += f" (in {question.unit})" if question.unit else ""
    else:
        entry["type"], entry["answers"] = "string", _texts(question)
    if question.type == "order":
        entry["question"] += " Type the letters in order, with spaces: such as c a b."
        entry["code"] = "\n".join(f"{label})  {code}" for label, _, code in letters(question))
        entry["input_width"] = ORDER_WIDTH
    return entry


def _numbers(question: Question) -> list[dict[str, Any]]:
    # The upper end of a range does not belong to it there, so it is moved by a hair.
    found: list[dict[str, Any]] = []
    why = [(value, True, explanation_html(question)) for value in question.answers]
    why += [(wrong.value, False, to_html(wrong.why)) for wrong in question.wrong]
    for value, correct, feedback in why:
        low, high = float(value) - question.tolerance, float(value) + question.tolerance + 1e-9
        found.append({"range": [low, high], "correct": correct, "feedback": feedback})
    return [*found, {"type": "default", "feedback": "That is not it."}]


def _texts(question: Question) -> list[dict[str, Any]]:
    keys = order_keys(question) if question.type == "order" else question.answers
    found: list[dict[str, Any]] = [
        {"answer": key, "correct": True, "feedback": explanation_html(question), "match_case": False} for key in keys
    ]
    found += [
        {"answer": w.value, "correct": False, "feedback": to_html(w.why), "match_case": False} for w in question.wrong
    ]
    return [*found, {"type": "default", "feedback": "That is not it."}]
