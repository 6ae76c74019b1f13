"""Write an Anki package with genanki: one note a question, one subdeck a topic.

https://github.com/kerrickstaley/genanki
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable
from pathlib import Path

import genanki

from day89.course.quiz.export.parts import explanation_html, option_html, stem_html, tags
from day89.course.quiz.model import Question, Topic
from day89.course.quiz.text import to_html

__all__ = ["write"]

STYLE = """
.card { font: 17px/1.5 sans-serif; text-align: left; max-width: 44rem; margin: 0 auto; }
pre { overflow-x: auto; padding: 0.6rem; border: 1px solid #8888; border-radius: 4px; }
.right { font-weight: bold; } .why { opacity: 0.8; }
"""


def _number(name: str) -> int:
    # Anki wants ids below 2**31 that stay the same from export to export.
    return int.from_bytes(hashlib.sha256(f"day89/{name}".encode()).digest()[:4], "big") >> 1


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write all topics into one package; importing it again updates the notes that are there."""
    model = genanki.Model(
        _number("model"),
        "day89 question",
        fields=[{"name": "Id"}, {"name": "Question"}, {"name": "Hint"}, {"name": "Answer"}],
        templates=[
            {
                "name": "Question",
                "qfmt": "{{Question}}{{#Hint}}<p>{{hint:Hint}}</p>{{/Hint}}",
                "afmt": "{{Question}}<hr id=answer>{{Answer}}",
            }
        ],
        css=STYLE,
        sort_field_index=0,
    )
    decks = []
    for topic in topics:
        deck = genanki.Deck(_number(topic.name), f"{title.replace('::', ' ')}::{topic.title.replace('::', ' ')}")
        for question in topic.questions:
            deck.add_note(_note(model, question))
        decks.append(deck)
    genanki.Package(decks).write_to_file(str(path))


def _note(model: genanki.Model, question: Question) -> genanki.Note:
    return genanki.Note(
        model=model,
        fields=[question.id, _front(question), "<br>".join(map(to_html, question.hints)), _back(question)],
        guid=genanki.guid_for("day89", question.id),
        tags=[tag.replace(" ", "-") for tag in tags(question)],
    )


def _front(question: Question) -> str:
    options = "".join(f"<li>{option_html(option.text, option.code)}</li>" for option in question.options)
    return stem_html(question) + (f"<ol type=a>{options}</ol>" if options else "")


def _back(question: Question) -> str:
    parts = []
    for option in question.options:
        mark = "right" if option.correct else "wrong"
        shows = f" ({option.misconception})" if option.misconception else ""
        parts.append(
            f"<li class={mark}>{mark}{shows}: {option_html(option.text, option.code)}"
            f"<br><span class=why>{to_html(option.why)}</span></li>"
        )
    answer = f"<ol type=a>{''.join(parts)}</ol>" if parts else ""
    if question.type == "order":
        code = {line.letter: line.code for line in question.lines}
        program = "\n".join(code[letter] for letter in question.key)
        answer = f"<pre><code>{html.escape(program, quote=False)}</code></pre>"
    elif question.answers:
        answer = f"<p class=right>{html.escape(question.answers[0])} {html.escape(question.unit)}</p>"
    for wrong in question.wrong:
        answer += f"<p class=why>{html.escape(wrong.value)} is wrong ({wrong.misconception}): {to_html(wrong.why)}</p>"
    return answer + explanation_html(question)
