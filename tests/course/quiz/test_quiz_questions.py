"""The questions themselves: well written, enough of them, and each key compared with what the local cloud does."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest
from shipped import SHIPPED

from day89.course.quiz.lint import lint_quiz
from day89.course.quiz.load import find_folder, load_quiz
from day89.course.quiz.model import OUTCOMES, TEACHING_ASKS
from day89.course.quiz.verify import disagreements

QUIZ = load_quiz()
FOLDER = find_folder()
RUN = [question for question in QUIZ if question.verify is not None]


@SHIPPED
def test_no_lint_rule_is_broken_on_the_day_the_facts_were_checked():
    day = max(question.checked for question in QUIZ)
    assert [str(finding) for finding in lint_quiz(QUIZ, day)] == []


@pytest.mark.parametrize("question", RUN, ids=lambda question: question.id)
def test_the_key_is_what_happens(question):
    assert disagreements(question) == []


def test_every_question_with_code_is_run():
    assert [question.id for question in QUIZ if question.code and question not in RUN] == []


@SHIPPED
def test_there_are_sixty_questions_and_three_for_each_outcome():
    assert len(QUIZ) >= 60
    assert min(sum(question.outcome == outcome for question in QUIZ) for outcome in OUTCOMES) >= 3


def test_most_ask_why_what_happens_or_what_is_wrong():
    assert sum(question.ask in TEACHING_ASKS for question in QUIZ) >= 0.6 * len(QUIZ)


@SHIPPED
def test_fifteen_trace_or_fix_code_and_one_ordering_stands_before_each_exercise():
    assert sum(question.type in ("trace", "fix") for question in QUIZ) >= 15
    assert {question.exercise for question in QUIZ if question.type == "order"} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    "path", sorted(set(FOLDER.glob("*.toml")) - {FOLDER / "misconceptions.toml"}), ids=lambda path: path.stem
)
def test_each_file_fits_the_schema_that_editors_use(path):
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    data = json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)] == []


def test_the_misconceptions_of_the_quiz_alone_are_all_used():
    own = tomllib.loads((FOLDER / "misconceptions.toml").read_text("utf-8"))["misconceptions"]
    used = {option.misconception for question in QUIZ for option in question.options}
    used |= {wrong.misconception for question in QUIZ for wrong in question.wrong}
    assert set(own) - used == set()
