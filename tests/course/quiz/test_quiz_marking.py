"""What counts as an answer, what counts as right, and what is said to a wrong one."""

from __future__ import annotations

import pytest
from quiz_samples import sample_quiz

from day89.course.quiz.marking import mark, parse, shuffled


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path)


ANSWERS = {
    "a letter means the option shown there": ("q-choice", "a", ("c",)),
    "capitals will do": ("q-choice", "B", ("a",)),
    "letters may be joined": ("q-many", "ac", ("b", "c")),
    "or apart": ("q-many", "a, c", ("b", "c")),
    "an order keeps its order": ("q-lines", "b a", ("a", "c")),
    "a number may have a dollar": ("q-number", " $12.50 ", ("12.50",)),
    "and thousands": ("q-number", "1,250 dollars", ("1250",)),
    "or be negative": ("q-number", "-3", ("-3",)),
    "a word is taken as it is": ("q-word", " A  bucket ", ("A  bucket",)),
}


@pytest.mark.parametrize(("name", "text", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read(quiz, name, text, expected):
    assert parse(quiz.find(name), text, ("c", "a", "b")) == expected


REFUSED = {
    "a letter that is not shown": ("q-choice", "d"),
    "two letters where one is asked for": ("q-choice", "ab"),
    "the same letter twice": ("q-many", "aa"),
    "nothing": ("q-choice", ""),
    "only signs": ("q-many", "?!"),
    "a word for a number": ("q-number", "many"),
    "a number with a tail": ("q-number", "12 apples"),
    "not a number": ("q-number", "nan"),
    "no word": ("q-word", "   "),
}


@pytest.mark.parametrize(("name", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_an_answer_is_asked_for_again(quiz, name, text):
    assert parse(quiz.find(name), text, ("c", "a", "b")) is None


RIGHT = {
    "the key": ("q-choice", ("b",)),
    "all keys": ("q-many", ("a", "c")),
    "a number within the tolerance": ("q-number", ("12.6",)),
    "a word in any case": ("q-word", ("BUCKET",)),
    "another accepted word": ("q-word", ("A  bucket",)),
    "the lines in order": ("q-lines", ("c", "a")),
}


@pytest.mark.parametrize(("name", "answer"), RIGHT.values(), ids=RIGHT)
def test_a_right_answer_is_right(quiz, name, answer):
    assert mark(quiz.find(name), answer).correct


WRONG = {
    "a distractor": ("q-choice", ("a",), "Not this one.", "U1"),
    "one of two": ("q-many", ("a",), "What you chose is right, but it is not all.", None),
    "one too many": ("q-many", ("a", "b", "c"), "Two is wrong.", "U3"),
    "an expected wrong number": ("q-number", ("0.05",), "Not nothing.", "Z7"),
    "any other number": ("q-number", ("12.7",), "That is not it.", None),
    "an expected wrong word": ("q-word", ("Folder",), "No folder.", "L5"),
    "the wrong order": ("q-lines", ("a", "c"), "The first 0 are in place; the next one, `second()`, is not.", None),
    "a needless line": ("q-lines", ("c", "b"), "`never()` does not belong: It is never needed.", "E7"),
    "lines that are missing": ("q-lines", ("c",), "So far all is in place, but 1 more belong to it.", None),
}


@pytest.mark.parametrize(("name", "answer", "why", "misconception"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_told_why_and_not_what_would_be_right(quiz, name, answer, why, misconception):
    marked = mark(quiz.find(name), answer)
    assert (marked.correct, marked.why, marked.misconception) == (False, why, misconception)


def test_the_same_seed_shows_the_same_order_and_every_option_once(quiz):
    question = quiz.find("q-choice")
    assert shuffled(question, "x") == shuffled(question, "x")
    assert sorted(shuffled(question, "x")) == ["a", "b", "c"]
    assert len({shuffled(question, str(seed)) for seed in range(40)}) == 6
