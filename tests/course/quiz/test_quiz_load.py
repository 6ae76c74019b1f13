"""A file that is no quiz is refused with its name, the question and the remedy."""

from __future__ import annotations

import pytest
from quiz_samples import CHOICE, SAMPLE, sample_quiz

from day89.course.quiz.load import load_quiz
from day89.errors import UsageError


def test_the_sample_is_read_with_its_dates_and_letters(tmp_path):
    question = sample_quiz(tmp_path).find("q-choice")
    assert (str(question.checked), str(question.valid_until)) == ("2026-11-24", "2027-06-30")
    assert [option.letter for option in question.options] == ["a", "b", "c"]
    assert question.key == ("b",)


def test_the_key_of_an_ordering_is_its_lines_in_their_places(tmp_path):
    assert sample_quiz(tmp_path).find("q-lines").key == ("c", "a")


FAULTS = {
    "not TOML": ("schema = ", "cannot be read as TOML"),
    "another schema": (SAMPLE.replace("schema = 1", "schema = 2"), "schema is 2, expected 1"),
    "a missing field": (SAMPLE.replace('stem = "Which two?"\n', ""), "question 'q-many': missing stem"),
    "a misspelt field": (SAMPLE.replace('stem = "Which two?"', 'stem = "?"\nhint = "x"'), "unknown field hint"),
    "an unknown type": (SAMPLE.replace('type = "multi"', 'type = "essay"'), "type is 'essay', expected one of mcq"),
    "an unknown outcome": (SAMPLE.replace("outcome = 1\n", "outcome = 19\n", 1), "outcome is 19"),
    "an option without why": (SAMPLE.replace('why = "Two is wrong."\n', ""), "option b needs text"),
    "places with a hole": (SAMPLE.replace("place = 2", "place = 3"), "the places of its lines are [1, 3]"),
    "a date that is none": (SAMPLE.replace("valid_until = 2027-06-30", 'valid_until = "soon"'), "'soon' is not a date"),
    "the same id twice": (SAMPLE + CHOICE, "the id 'q-choice' occurs twice"),
    "a verify field that is none": (
        SAMPLE.replace('run = "print(1)"', 'runs = "print(1)"'),
        "unknown field runs in verify",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused(tmp_path, text, message):
    with pytest.raises(UsageError) as caught:
        sample_quiz(tmp_path, text)
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    sample_quiz(tmp_path)
    (tmp_path / "sample.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        load_quiz(tmp_path)


def test_a_folder_without_questions_is_refused(tmp_path):
    (tmp_path / "misconceptions.toml").write_text("", "utf-8")
    with pytest.raises(UsageError, match="holds no questions"):
        load_quiz(tmp_path)


def test_a_broken_file_does_not_stop_the_others(tmp_path):
    sample_quiz(tmp_path)
    (tmp_path / "other.toml").write_text("schema = 1\nquestions = []\n", "utf-8")
    broken: list[str] = []
    assert [topic.name for topic in load_quiz(tmp_path, broken).topics] == ["sample"]
    assert "other.toml: unknown field questions; known are" in broken[0]
    with pytest.raises(UsageError, match="questions"):
        load_quiz(tmp_path)


def test_unknown_fields_of_options_name_the_valid_ones(tmp_path):
    with pytest.raises(UsageError, match=r"option 2: unknown field korrect; known are code, correct, "):
        sample_quiz(tmp_path, SAMPLE.replace("correct = true", "korrect = true", 1))
