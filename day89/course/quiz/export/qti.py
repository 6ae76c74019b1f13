"""Write QTI 1.2 for Canvas and others with text2qti (https://github.com/gpoore/text2qti)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz as TextQuiz

from day89.course.quiz.export.parts import letters, order_keys
from day89.course.quiz.model import CHOICE_TYPES, Question, Topic
from day89.course.quiz.text import runs

__all__ = ["to_text", "write"]

# What Markdown lets a backslash escape, and the dollar with which text2qti begins mathematics.
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!$])")


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write one quiz with all questions as a zip."""
    config = Config()
    quiz = TextQuiz(to_text(topics, title), config=config, source_name=path.name)
    QTI(quiz).save(path)


def to_text(topics: Iterable[Topic], title: str) -> str:
    """Return the questions in the text format of text2qti."""
    lines = [f"Quiz title: {title}", "Shuffle answers: true", ""]
    for topic in topics:
        for question in topic.questions:
            lines += [*_question(question), ""]
    return "\n".join(lines) + "\n"


def _question(question: Question) -> Iterator[str]:
    yield f"Title: {question.section} {question.id}"
    yield f"1.  {_prose(question.stem)}"
    if question.unit:
        yield from ("", f"    Answer in {question.unit}.")
    if question.code:
        yield from _code(question.code)
    if question.type == "order":
        yield from _code("\n".join(f"{label})  {code}" for label, _, code in letters(question)))
        yield from ("", "    Type the letters in the order of the program, with spaces between them: such as c a b.")
    yield f"... {_prose(question.explain)} Sources: {', '.join(f'<{ref}>' for ref in question.refs)}"
    yield from _answers(question)


def _answers(question: Question) -> Iterator[str]:
    if question.type in CHOICE_TYPES:
        for option in question.options:
            label = f"{'*' if option.correct else ''}{option.letter})"
            if question.type == "multi":
                label = "[*]" if option.correct else "[ ]"
            yield f"{label} {_prose(option.text)}"
            yield f"... {_prose(option.why)}"
    elif question.type == "numeric":
        low, high = (float(question.answers[0]) + sign * question.tolerance for sign in (-1, 1))
        yield f"=   [{low:g}, {high:g}]"
    else:
        keys = order_keys(question) if question.type == "order" else question.answers
        yield from (f"*   {key}" for key in keys)


def _prose(text: str) -> str:
    parts = []
    for kind, part in runs(" ".join(text.split())):
        if kind == "code":
            tick = "``" if "`" in part else "`"
            parts.append(f"{tick}{part}{tick}")
        else:
            escaped = SPECIAL.sub(r"\\\1", part).replace("&", "&amp;").replace("<", "&lt;")
            parts.append(f"*{escaped}*" if kind == "emphasis" else escaped)
    return "".join(parts)


def _code(code: str) -> Iterator[str]:
    yield ""
    yield from (f"        {line}".rstrip() for line in code.splitlines())
    yield ""
