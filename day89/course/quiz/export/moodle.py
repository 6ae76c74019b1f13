"""Write Moodle XML: https://docs.moodle.org/en/Moodle_XML_format"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from day89.course.quiz.export.parts import explanation_html, option_html, order_keys, stem_html, tags
from day89.course.quiz.model import CHOICE_TYPES, Question, Topic
from day89.course.quiz.text import plain, to_html

__all__ = ["write"]

# A retry costs a third, as Moodle's own default has it.
PENALTY = "0.3333333"
DECIMALS = 7


def write(topics: Iterable[Topic], path: Path, title: str) -> None:
    """Write the topics as categories of one question bank."""
    root = Element("quiz")
    for topic in topics:
        category = SubElement(root, "question", type="category")
        _text(category, "category", f"$course$/top/{title.replace('/', '//')}/{topic.title.replace('/', '//')}")
        _text(category, "info", topic.title, format="plain_text")
        for question in topic.questions:
            _add(root, question)
    ElementTree.indent(root)
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _add(root: Element, question: Question) -> None:
    kind = (
        "numerical" if question.type == "numeric" else "multichoice" if question.type in CHOICE_TYPES else "shortanswer"
    )
    entry = SubElement(root, "question", type=kind)
    _text(entry, "name", f"{question.section}: {question.id}")
    _text(entry, "questiontext", stem_html(question), format="html")
    _text(entry, "generalfeedback", explanation_html(question), format="html")
    for name, value in (("defaultgrade", "1"), ("penalty", PENALTY), ("hidden", "0"), ("idnumber", question.id)):
        SubElement(entry, name).text = value
    {"numerical": _numeric, "multichoice": _choices, "shortanswer": _short}[kind](entry, question)
    for hint in question.hints:
        _text(entry, "hint", f"<p>{to_html(hint)}</p>", format="html")
    group = SubElement(entry, "tags")
    for tag in tags(question):
        _text(group, "tag", tag)


def _choices(entry: Element, question: Question) -> None:
    right = sum(option.correct for option in question.options)
    SubElement(entry, "single").text = "false" if question.type == "multi" else "true"
    SubElement(entry, "shuffleanswers").text = "true"
    SubElement(entry, "answernumbering").text = "abc"
    wrong = -100 / (len(question.options) - right) if question.type == "multi" else 0
    for option in question.options:
        share = 100 / right if option.correct else wrong
        text = option_html(option.text, option.code)
        _answer(entry, f"{share:.{DECIMALS}g}", text, option.why, format="html")


def _numeric(entry: Element, question: Question) -> None:
    for value in question.answers:
        answer = _answer(entry, "100", value, "", format="moodle_auto_format")
        SubElement(answer, "tolerance").text = f"{question.tolerance:g}"
    for wrong in question.wrong:
        answer = _answer(entry, "0", wrong.value, wrong.why, format="moodle_auto_format")
        SubElement(answer, "tolerance").text = f"{question.tolerance:g}"


def _short(entry: Element, question: Question) -> None:
    SubElement(entry, "usecase").text = "0"
    if question.type == "order":
        for accepted in filter(str.islower, order_keys(question)):  # case is ignored there
            _answer(entry, "100", accepted, "", format="moodle_auto_format")
        return
    for value in question.answers:
        _answer(entry, "100", value, "", format="moodle_auto_format")
    for wrong in question.wrong:
        _answer(entry, "0", wrong.value, wrong.why, format="moodle_auto_format")


def _answer(entry: Element, fraction: str, text: str, why: str, *, format: str) -> Element:
    answer = SubElement(entry, "answer", fraction=fraction, format=format)
    SubElement(answer, "text").text = text if format == "html" else plain(text)
    _text(answer, "feedback", f"<p>{to_html(why)}</p>" if why else "", format="html")
    return answer


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(SubElement(parent, name, attributes), "text").text = text
