"""What was exported is there when it is read back, and what is not carried is said."""

from __future__ import annotations

import html
import io
import json
import re
import sqlite3
import sys
import zipfile
from xml.etree import ElementTree

import pytest
from quiz_samples import sample_quiz

from day89.cli import main
from day89.course.quiz.export import TARGETS, export_file, losses
from day89.course.quiz.export.gift import escape
from day89.course.quiz.export.parts import order_key
from day89.course.quiz.load import load_quiz
from day89.course.quiz.model import CHOICE_TYPES
from day89.errors import UsageError

COURSE = load_quiz()


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


@pytest.fixture
def written(tmp_path):
    """Export a quiz and return the file."""

    def write(quiz, target):
        path = tmp_path / "exported"
        export_file(quiz, target, path)
        return path

    return write


def moodle(path) -> dict[str, ElementTree.Element]:
    root = ElementTree.parse(path).getroot()
    return {node.findtext("idnumber"): node for node in root if node.get("type") != "category"}


def test_moodle_xml_holds_every_question_with_its_reasons(written):
    found = moodle(written(COURSE, "moodle-xml"))
    assert set(found) == {question.id for question in COURSE}
    for question in COURSE:
        node = found[question.id]
        assert html.unescape(node.findtext("questiontext/text")).count("<p>") >= 1
        right = [answer for answer in node.iter("answer") if float(answer.get("fraction")) == 100]
        expected = {"numeric": 1, "order": 7}.get(question.type, sum(option.correct for option in question.options))
        assert len(right) == expected
        assert all(answer.findtext("feedback/text") for answer in node.iter("answer") if answer.get("fraction") == "0")


def test_moodle_xml_carries_code_hints_tags_and_tolerance(quiz, written):
    found = moodle(written(quiz, "moodle-xml"))
    choice = found["q-choice"]
    assert '<pre><code>if a:\n    print("x &lt; y")</code></pre>' in choice.findtext("questiontext/text")
    assert choice.findtext("hint/text") == "<p>Look at <code>b</code>.</p>"
    tags = [tag.findtext("text") for tag in choice.iter("tag")]
    assert {"outcome-1", "misconception-U1", "valid-until-2027-06-30"} <= set(tags)
    assert [answer.get("fraction") for answer in found["q-many"].iter("answer")] == ["50", "-100", "50"]
    assert found["q-many"].findtext("single") == "false"
    number = found["q-number"]
    assert (number.get("type"), number.findtext("answer/text"), number.findtext("answer/tolerance")) == (
        "numerical",
        "12.5",
        "0.1",
    )
    assert found["q-lines"].get("type") == "shortanswer"


# A reader of GIFT that shares nothing with the writer: it walks through the text letter by letter.
def gift_parts(block: str) -> tuple[str, list[str]]:
    """Split a question into what stands before its answers and the answers, each with its mark."""
    before, parts, depth, at = "", [], 0, 0
    while at < len(block):
        letter = block[at]
        if letter == "\\":
            escaped = "\n" if block[at + 1] == "n" else block[at + 1]
            at += 2
        else:
            escaped, at = letter, at + 1
            if letter == "{":
                depth += 1
                continue
            if letter == "}":
                depth -= 1
                continue
            if depth and (letter in "=~" or (letter == "#" and block[at : at + 3] == "###")):
                parts.append(letter)
                continue
        if depth and parts:
            parts[-1] += escaped
        elif not depth:
            before += escaped
    assert depth == 0
    return before, parts


def gift(path) -> dict[str, tuple[str, list[str]]]:
    text = path.read_text("utf-8")
    found = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if lines[0].startswith("$CATEGORY"):
            continue
        name = re.search(r"\[id:([^\]]+)\]", lines[0])[1]
        found[name] = gift_parts("\n".join(lines[1:]))
    return found


def test_gift_can_be_taken_apart_again(written):
    found = gift(written(COURSE, "gift"))
    assert set(found) == {question.id for question in COURSE}
    for question in COURSE:
        before, parts = found[question.id]
        assert before.startswith(f"::{question.id}::[html]<p>")
        if question.type in CHOICE_TYPES:
            answers = [part for part in parts if not part.startswith("####")]
            assert [part[0] == "=" for part in answers] == [option.correct for option in question.options]
            assert all("#<p>" in part for part in answers)


def test_gift_keeps_letters_that_mean_something_to_it(quiz, written):
    before, _ = gift(written(quiz, "gift"))["q-choice"]
    assert "hold: {x}, ~1 = #2?" in before
    assert '    print("x &lt; y")' in before
    assert escape("a\\b\n") == "a\\\\b\\n"
    assert escape("~=#{}:") == "\\~\\=\\#\\{\\}\\:"


def test_gift_weighs_several_keys_and_tolerates_near_numbers(quiz, written):
    found = gift(written(quiz, "gift"))
    assert [part[:6] for part in found["q-many"][1][:3]] == ["~%50%o", "~%-100", "~%50%t"]
    assert found["q-number"][1][0].strip() == "=12.5:0.1"
    assert found["q-number"][1][1].startswith("=%0%0:0.1#<p>Not nothing.")


def test_jupyterquiz_has_the_shape_of_its_schema(written):
    entries = json.loads(written(COURSE, "jupyterquiz").read_text("utf-8"))
    assert len(entries) == len(COURSE)
    for entry, question in zip(entries, COURSE, strict=True):
        kinds = {"numeric": "numeric", "order": "string", "short": "string", "multi": "many_choice"}
        assert entry["type"] == kinds.get(question.type, "multiple_choice")
        assert entry.get("code", "") == question.code or question.type == "order"
        plain = [answer for answer in entry["answers"] if answer.get("type") != "default"]
        assert all(isinstance(answer["correct"], bool) and answer["feedback"] for answer in plain)
        expected = {"order": 14}.get(question.type, max(1, sum(option.correct for option in question.options)))
        assert sum(answer["correct"] for answer in plain) == expected


@pytest.mark.parametrize("target", ["jupyterquiz", "qti", "gift", "moodle-xml"])
def test_ordering_takes_every_way_to_type_its_letters(target, written):
    if target == "qti":
        pytest.importorskip("text2qti", reason="the extra quiz-qti is not installed")
    question = next(one for one in COURSE if one.type == "order")
    if target == "jupyterquiz":
        entry = json.loads(written(COURSE, target).read_text("utf-8"))[list(COURSE).index(question)]
        right = {answer["answer"] for answer in entry["answers"] if answer.get("correct")}
    elif target == "qti":
        right = {value.text for value in qti_items(written(COURSE, target))[question.id].iter("varequal")}
    elif target == "gift":
        right = {
            answer.lstrip("=").strip().replace("\\", "") for answer in gift(written(COURSE, target))[question.id][1]
        }
    else:
        answers = moodle(written(COURSE, target))[question.id].iter("answer")
        right = {answer.findtext("text") for answer in answers if answer.get("fraction") == "100"}
    key = order_key(question)
    assert {separator.join(key.split()) for separator in (" ", "", ",", ", ", "-")} <= right


def test_markdown_names_every_question_and_folds_its_answer(written):
    text = written(COURSE, "markdown").read_text("utf-8")
    assert re.findall(r"^### (q-\S+)$", text, re.MULTILINE) == [question.id for question in COURSE]
    assert text.count("<details><summary>Answer</summary>") == len(COURSE)
    assert text.count("```") % 2 == 0


def test_an_anki_package_holds_a_note_for_each_question(written, tmp_path):
    pytest.importorskip("genanki", reason="the extra quiz-anki is not installed")
    with zipfile.ZipFile(written(COURSE, "anki")) as package:
        package.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as base:
        rows = base.execute("select guid, flds, tags from notes").fetchall()
        decks = json.loads(base.execute("select decks from col").fetchone()[0])
    base.close()
    assert {fields.split("\x1f")[0] for _, fields, _ in rows} == {question.id for question in COURSE}
    assert len({guid for guid, _, _ in rows}) == len(COURSE)
    assert sum("::" in deck["name"] for deck in decks.values()) == len(COURSE.topics)
    back = next(fields.split("\x1f")[3] for _, fields, _ in rows if fields.startswith("q-err-upload-file\x1f"))
    assert "S3UploadFailedError" in back
    assert "wrong (U1)" in back


def test_anki_notes_keep_their_identity_from_export_to_export(written, tmp_path):
    pytest.importorskip("genanki", reason="the extra quiz-anki is not installed")
    guids = []
    for name in ("one", "two"):
        with zipfile.ZipFile(written(COURSE, "anki")) as package:
            package.extract("collection.anki2", tmp_path / name)
        base = sqlite3.connect(tmp_path / name / "collection.anki2")
        guids.append(base.execute("select guid from notes order by guid").fetchall())
        base.close()
    assert guids[0] == guids[1]


def qti_items(path) -> dict[str, ElementTree.Element]:
    space = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        assert "imsmanifest.xml" in names
        roots = [ElementTree.fromstring(package.read(name)) for name in names if name.endswith(".xml")]
    root = next(one for one in roots if one.tag == f"{space}questestinterop")
    for node in root.iter():
        node.tag = node.tag.removeprefix(space)
    return {item.get("title").split()[-1]: item for item in root.iter("item")}


def test_qti_holds_every_question_with_its_reasons(written):
    pytest.importorskip("text2qti", reason="the extra quiz-qti is not installed")
    items = qti_items(written(COURSE, "qti"))
    assert set(items) == {question.id for question in COURSE}
    for question in COURSE:
        item = items[question.id]
        if question.type in CHOICE_TYPES:
            assert len(item.findall(".//response_lid//response_label")) == len(question.options)
            assert len(item.findall("itemfeedback")) == len(question.options) + 1
        kind = {"numeric": "numerical_question", "order": "short_answer_question"}.get(question.type)
        entries = [entry.text for entry in item.iter("fieldentry")]
        assert kind is None or kind in entries


def test_qti_keeps_code_and_marks_the_right_option(quiz, written):
    pytest.importorskip("text2qti", reason="the extra quiz-qti is not installed")
    item = qti_items(written(quiz, "qti"))["q-choice"]
    stem = item.findtext("presentation/material/mattext")
    assert '<pre><code>if a:\n    print("x &lt; y")\n</code></pre>' in stem
    assert "hold: {x}, ~1 = #2?" in stem
    labels = {label.get("ident"): label.findtext(".//mattext") for label in item.iter("response_label")}
    scored = next(
        c for c in item.iter("respcondition") if c.find("setvar") is not None and c.findtext("setvar") == "100"
    )
    assert "the second" in labels[scored.findtext("conditionvar/varequal")]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_not_carried_is_listed_with_its_questions(quiz, tmp_path, target):
    report = io.StringIO()
    export_file(quiz, target, tmp_path / "out", report=report)
    told = report.getvalue()
    assert "5 questions as" in told
    for line in losses(target, list(quiz)):
        assert f"  not carried as it is: {line}\n" in told
    assert "the check that runs the code is left out (q-choice, q-number, q-lines)" in told


def test_what_no_question_has_is_not_listed(quiz):
    assert not any("lines to put in order" in line for line in losses("gift", [quiz.find("q-choice")]))


def test_one_topic_can_be_exported_alone(tmp_path, monkeypatch, capsys):
    path = tmp_path / "leaks.md"
    assert main(["quiz", "export", "--to", "markdown", "--topic", "leaks", "--output", str(path)]) == 0
    assert path.read_text("utf-8").count("### q-leak-") == 5
    assert "leaks.md: 5 questions as markdown" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_said_so(quiz, tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        export_file(quiz, "gift", tmp_path / "no" / "such" / "folder")


def test_an_extra_that_is_missing_is_named(quiz, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "genanki", None)
    monkeypatch.delitem(sys.modules, "day89.course.quiz.export.anki", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'day89\[quiz-anki\]'"):
        export_file(quiz, "anki", tmp_path / "out")
