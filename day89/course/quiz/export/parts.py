"""What several formats share: the stem with its code, the explanation with its sources, an ordering as letters."""

from __future__ import annotations

import html

from day89.course.quiz.marking import shuffled
from day89.course.quiz.model import Question
from day89.course.quiz.text import to_html

__all__ = ["explanation_html", "letters", "option_html", "order_key", "order_keys", "stem_html", "tags"]

# The same order in every export, so that two exports of one quiz do not differ.
SEED = "export"


def letters(question: Question) -> list[tuple[str, str, str]]:
    """Return the lines of an ordering as a list to show: letter shown, letter of the file, code."""
    code = {line.letter: line.code for line in question.lines}
    return [(chr(ord("a") + at), letter, code[letter]) for at, letter in enumerate(shuffled(question, SEED))]


def order_key(question: Question) -> str:
    """Return the answer to an ordering in the letters shown, such as ``c a b``."""
    shown = {letter: label for label, letter, _ in letters(question)}
    return " ".join(shown[letter] for letter in question.key)


def order_keys(question: Question) -> tuple[str, ...]:
    """Return the ways in which people type the answer to an ordering: ``c a b``, ``cab``, ``c, a, b``, in both cases.

    A platform that compares text accepts only what it is given.
    """
    key = order_key(question)
    forms = [separator.join(key.split()) for separator in (" ", "", ",", ", ", "-", ";", "; ")]
    return tuple(dict.fromkeys([*forms, *(form.upper() for form in forms)]))


def stem_html(question: Question) -> str:
    """Return what is asked, with its code and, of an ordering, its lines."""
    parts = [f"<p>{to_html(question.stem)}</p>"]
    if question.code:
        parts.append(f"<pre><code>{html.escape(question.code, quote=False)}</code></pre>")
    if question.type == "order":
        rows = "\n".join(f"{label})  {code}" for label, _, code in _indented(question))
        parts.append(f"<pre><code>{html.escape(rows, quote=False)}</code></pre>")
        parts.append("<p>Type the letters in the order of the program, with spaces between them: such as c a b.</p>")
    if question.unit:
        parts.append(f"<p>Answer in {html.escape(question.unit)}.</p>")
    return "".join(parts)


def _indented(question: Question) -> list[tuple[str, str, str]]:
    # A block of several lines keeps its shape beside its letter.
    return [(label, letter, code.replace("\n", "\n    ")) for label, letter, code in letters(question)]


def option_html(text: str, code: str | None = None) -> str:
    """Return an option; one that is several lines of code keeps its lines."""
    if code is not None and text == code.strip("\n"):
        return f"<pre><code>{html.escape(text, quote=False)}</code></pre>"
    return to_html(text)


def explanation_html(question: Question) -> str:
    """Return the explanation, of an ordering with its needless lines, and the sources."""
    parts = [f"<p>{to_html(question.explain)}</p>"]
    for line in question.lines:
        if line.place is None:
            code = html.escape(line.code.strip(), quote=False)
            parts.append(f"<p><code>{code}</code> does not belong: {to_html(line.why)}</p>")
    links = ", ".join(f'<a href="{html.escape(ref)}">{html.escape(ref, quote=False)}</a>' for ref in question.refs)
    parts.append(f"<p>Sources: {links} (checked {question.checked}).</p>")
    return "".join(parts)


def tags(question: Question) -> list[str]:
    """Return the tags of a question, for formats that have some."""
    used = [option.misconception for option in question.options] + [wrong.misconception for wrong in question.wrong]
    used += [line.misconception for line in question.lines]
    found = [f"outcome-{question.outcome}", f"topic-{question.topic}", f"ask-{question.ask.replace(' ', '-')}"]
    found += [f"exercise-{question.exercise}"] if question.exercise else []
    found += [f"section-{question.section.replace(' ', '-').replace(':', '')}", f"version-{question.version}"]
    found += [f"valid-until-{question.valid_until}"]
    return found + [f"misconception-{one}" for one in sorted({one for one in used if one})]
