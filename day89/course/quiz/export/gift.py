"""Write GIFT: https://docs.moodle.org/en/GIFT_format"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from day89.course.quiz.export.parts import explanation_html, option_html, order_keys, stem_html, tags
from day89.course.quiz.model import CHOICE_TYPES, Question, Topic
from day89.course.quiz.text import to_html

__all__ = ["escape", "write"]


def escape(text: str) -> str:
    r"""Escape what GIFT gives a meaning to; a line break becomes ``\n``, since an empty line ends a question."""
    for letter in "\\~=#{}:":
        text = text.replace(letter, "\\" + letter)
    return text.replace("\n", "\\n")


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write the topics as categories."""
    blocks = []
    for topic in topics:
        blocks.append(f"$CATEGORY: $course$/top/{title}/{topic.title}")
        blocks += ["\n".join(_question(question)) for question in topic.questions]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def _question(question: Question) -> Iterator[str]:
    # Moodle reads idnumber and tags out of the comment before a question.
    yield f"// [id:{question.id}] " + " ".join(f"[tag:{tag}]" for tag in tags(question))
    opening = "{#" if question.type == "numeric" else "{"
    yield f"::{escape(question.id)}::[html]{escape(stem_html(question))}{opening}"
    yield from _answers(question)
    yield f"####{escape(explanation_html(question))}"
    yield "}"


def _answers(question: Question) -> Iterator[str]:
    if question.type in CHOICE_TYPES:
        yield from _choices(question)
    elif question.type == "order":
        yield from (f"={escape(key)}" for key in order_keys(question) if key.islower())  # case is ignored there
    elif question.type == "numeric":
        yield from (f"={value}:{question.tolerance:g}" for value in question.answers)
        yield from (f"=%0%{wrong.value}:{question.tolerance:g}#{_html(wrong.why)}" for wrong in question.wrong)
    else:
        yield from (f"={escape(value)}" for value in question.answers)
        yield from (f"=%0%{escape(wrong.value)}#{_html(wrong.why)}" for wrong in question.wrong)


def _choices(question: Question) -> Iterator[str]:
    right = sum(option.correct for option in question.options)
    for option in question.options:
        mark = "=" if option.correct else "~"
        if question.type == "multi":
            share = 100 / right if option.correct else -100 / (len(question.options) - right)
            mark = f"~%{share:.7g}%"
        yield f"{mark}{escape(option_html(option.text, option.code))}#{_html(option.why)}"


def _html(why: str) -> str:
    return escape(f"<p>{to_html(why)}</p>")
