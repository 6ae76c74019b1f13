"""Each lint rule speaks up for the question that breaks it, and for no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from quiz_samples import sample_quiz

from day89.course.quiz.lint import lint_question, lint_quiz
from day89.course.quiz.load import load_quiz

TODAY = date(2026, 12, 1)


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


def rules(question, misconceptions, today=TODAY) -> list[str]:
    return [finding.rule for finding in lint_question(question, misconceptions, today)]


def with_option(question, at: int, **changes):
    options = list(question.options)
    options[at] = replace(options[at], **changes)
    return replace(question, options=tuple(options))


def test_the_samples_break_no_rule_of_a_single_question(quiz):
    assert [finding for question in quiz for finding in lint_question(question, quiz.misconceptions, TODAY)] == []


CHOICE_FAULTS = {
    "two keys": (lambda q: with_option(q, 0, correct=True, misconception=None), "key"),
    "no key": (lambda q: with_option(q, 1, correct=False, misconception="U1"), "key"),
    "two options": (lambda q: replace(q, options=q.options[:2]), "options"),
    "five options": (lambda q: replace(q, options=q.options + q.options[:1] * 2), "options"),
    "a long option": (
        lambda q: with_option(q, 1, text="the second, which is far longer than the others are"),
        "length",
    ),
    "all of the above": (lambda q: with_option(q, 2, text="all of the above"), "above"),
    "a key with a misconception": (lambda q: with_option(q, 1, misconception="U1"), "misconception"),
    "an unknown misconception": (lambda q: with_option(q, 0, misconception="X1"), "misconception"),
    "no misconception": (lambda q: with_option(q, 0, misconception=None), "misconception"),
    "a negative stem": (lambda q: replace(q, stem="Which of these is not a class?"), "negative"),
    "an unknown section": (lambda q: replace(q, section="Lambda"), "section"),
    "no source": (lambda q: replace(q, refs=()), "refs"),
    "a source without https": (lambda q: replace(q, refs=("see the book",)), "refs"),
    "facts that live too long": (lambda q: replace(q, valid_until=q.checked + timedelta(days=900)), "valid_until"),
    "facts that were never good": (lambda q: replace(q, valid_until=q.checked), "valid_until"),
    "code that is not run": (lambda q: replace(q, verify=None), "run"),
    "code that breaks over the edge": (lambda q: replace(q, code="x" * 77), "width"),
    "a trace without outcomes": (lambda q: replace(q, type="trace"), "run"),
}


@pytest.mark.parametrize(("change", "rule"), CHOICE_FAULTS.values(), ids=CHOICE_FAULTS)
def test_a_fault_is_found_by_its_rule(quiz, change, rule):
    assert rule in rules(change(quiz.find("q-choice")), quiz.misconceptions)


def test_a_short_difference_in_length_is_let_pass(quiz):
    assert rules(with_option(quiz.find("q-choice"), 1, text="no"), quiz.misconceptions) == []


def test_a_not_in_capitals_is_let_pass(quiz):
    assert rules(replace(quiz.find("q-choice"), stem="Which of these is NOT a class?"), quiz.misconceptions) == []


def test_several_keys_need_two_right_options(quiz):
    question = with_option(quiz.find("q-many"), 0, correct=False, misconception="U1")
    assert rules(question, quiz.misconceptions) == ["key"]


def test_a_number_needs_wrong_answers_to_expect(quiz):
    assert rules(replace(quiz.find("q-number"), wrong=()), quiz.misconceptions) == ["wrong"]


def test_an_ordering_needs_a_line_too_many(quiz):
    question = quiz.find("q-lines")
    lines = tuple(line for line in question.lines if line.place is not None)
    assert rules(replace(question, lines=lines), quiz.misconceptions) == ["distractor"]


def test_a_needless_line_must_say_why(quiz):
    question = quiz.find("q-lines")
    lines = tuple(replace(line, why="") for line in question.lines)
    assert rules(replace(question, lines=lines), quiz.misconceptions) == ["why"]


def test_facts_expire_on_the_day_after_valid_until(quiz):
    question = quiz.find("q-choice")
    assert rules(question, quiz.misconceptions, question.valid_until) == []
    assert rules(question, quiz.misconceptions, question.valid_until + timedelta(days=1)) == ["expired"]


def test_a_small_quiz_is_told_what_it_lacks(quiz):
    found = [str(finding) for finding in lint_quiz(quiz, TODAY)]
    assert "quiz: 5 questions, expected at least 60 [coverage]" in found
    assert "quiz: 0 questions on 'Spot', expected at least 1 [coverage]" in found


def test_keys_that_lean_to_one_letter_are_found():
    quiz = load_quiz()
    topics = tuple(
        replace(topic, questions=tuple(q for q in topic.questions if q.key[:1] != ("c",))) for topic in quiz.topics
    )
    assert "balance" in [finding.rule for finding in lint_quiz(replace(quiz, topics=topics), TODAY)]
