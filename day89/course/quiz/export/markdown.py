"""Write Markdown to read, print or paste: answers folded away where the viewer can fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from day89.course.quiz.export.parts import letters, order_key
from day89.course.quiz.model import Question, Topic

__all__ = ["questions_only", "write"]


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write the topics as chapters."""
    lines = [f"# {title}", ""]
    for topic in topics:
        lines += [f"## {topic.title}", ""]
        for question in topic.questions:
            lines += [*_question(question), ""]
    path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


def questions_only(topics: Iterable[Topic], title: str) -> str:
    """Return the topics without their answers, to hand out.

    Args:
        topics: what is asked.
        title: of the page.
    """
    lines = [f"# {title}", ""]
    for topic in topics:
        lines += [f"## {topic.title}", ""]
        for question in topic.questions:
            lines += [*_asked(question), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _question(question: Question) -> Iterator[str]:
    yield from _asked(question)
    yield from ("", "<details><summary>Answer</summary>", "")
    yield from _answer(question)
    yield from ("", question.explain, "")
    yield f"Sources: {', '.join(f'<{ref}>' for ref in question.refs)}"
    yield f"(outcome {question.outcome}, {question.section})"
    yield f"(checked {question.checked}, good until {question.valid_until})"
    yield from ("", "</details>")


def _asked(question: Question) -> Iterator[str]:
    yield f"### {question.id}"
    yield ""
    yield question.stem
    yield ""
    if question.code:
        yield from _fence(question.code, question.language)
    for option in question.options:
        yield f"- {option.letter}) {option.text}"
    if question.type == "order":
        yield from _fence("\n".join(f"{label})  {code}" for label, _, code in letters(question)), "text")
    if question.unit:
        yield f"Answer in {question.unit}."
    for hint in question.hints:
        yield from ("", "<details><summary>Hint</summary>", "", hint, "", "</details>")


def _answer(question: Question) -> Iterator[str]:
    for option in question.options:
        shows = f" ({option.misconception})" if option.misconception else ""
        yield f"- {option.letter}) **{'right' if option.correct else 'wrong'}**{shows}: {option.why}"
    if question.type == "order":
        yield f"**{order_key(question)}**"
        yield ""
        code = {line.letter: line.code for line in question.lines}
        yield from _fence("\n".join(code[letter] for letter in question.key), question.language)
        for line in question.lines:
            if line.place is None:
                yield f"- `{line.code.strip()}` does not belong ({line.misconception}): {line.why}"
    if question.answers:
        yield f"**{question.answers[0]}** {question.unit}".rstrip()
    for wrong in question.wrong:
        yield f"- {wrong.value} is **wrong** ({wrong.misconception}): {wrong.why}"


def _fence(code: str, language: str) -> Iterator[str]:
    yield from (f"```{language}", *code.splitlines(), "```", "")
