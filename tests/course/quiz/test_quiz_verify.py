"""A key that does not agree with the cloud is found out, whichever way it is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from day89.course.quiz.load import load_quiz
from day89.course.quiz.model import Verify
from day89.course.quiz.verify import disagreements, run_code
from day89.errors import ToolError

QUIZ = load_quiz()


def moved(name: str, letter: str):
    """Return a question with the key on another option."""
    question = QUIZ.find(name)
    return replace(
        question, options=tuple(replace(option, correct=option.letter == letter) for option in question.options)
    )


def test_a_trace_with_the_key_on_the_wrong_option_disagrees_twice():
    assert len(disagreements(moved("q-s3-prefix-is-text", "a"))) == 2


def test_a_trace_key_that_promises_another_error_disagrees():
    assert len(disagreements(moved("q-err-upload-file", "b"))) == 2


def test_a_fix_with_the_key_on_the_wrong_mend_disagrees():
    found = disagreements(moved("q-obj-seek", "a"))
    assert [line.split(" is ")[0] for line in found] == ["option a", "option c"]


def test_a_fix_whose_stem_already_passes_disagrees():
    question = QUIZ.find("q-obj-seek")
    good = next(option.code for option in question.options if option.correct)
    assert disagreements(replace(question, code=good)) == ["the code of the stem already passes its check"]


def test_an_ordering_in_the_wrong_order_disagrees():
    question = QUIZ.find("q-srv-order-predict")
    swap = {1: 4, 4: 1}
    lines = tuple(replace(line, place=swap.get(line.place, line.place)) for line in question.lines)
    assert len(disagreements(replace(question, lines=lines))) == 1


def test_a_number_that_its_calculation_does_not_give_disagrees():
    assert len(disagreements(replace(QUIZ.find("q-leak-stopped-bill"), answers=("17",)))) == 1


def test_a_check_that_fails_disagrees():
    assert (
        len(disagreements(replace(QUIZ.find("q-bkt-foreign"), code="def ensure_bucket(s3, name): 1 / 0\nIGNORED = {}")))
        == 1
    )


def test_a_broken_set_up_is_a_fault_of_the_question():
    with pytest.raises(ToolError, match="set-up"):
        run_code("print(1)", Verify(setup="1 / 0"))


def test_code_finds_default_credentials_and_an_empty_folder(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "real-account")
    code = "import os\nprint(boto3.client('s3').list_buckets()['Buckets'], os.listdir(), os.environ.get('AWS_PROFILE'))"
    assert run_code(code, Verify()).printed == "[] [] None"
