"""Numbers that can be computed by hand come out so, each with its interval, and small numbers get no verdict."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import pytest
from quiz_samples import MORNING, sample_quiz

from day89.cli import main
from day89.course.quiz.load import load_quiz
from day89.course.quiz.marking import mark
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.stats import GivenAnswer, Interval, analyse, correlation, read_answers, wilson, write_answers
from day89.course.quiz.stats_page import page
from day89.course.quiz.stats_report import reliability_text, to_text, verdicts
from day89.errors import UsageError

COURSE = load_quiz()


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


def table(tmp_path, text: str):
    path = tmp_path / "answers.csv"
    path.write_text(text, "utf-8")
    return path


def grid(rows: list[str]) -> list[GivenAnswer]:
    """Make answers of rows such as ``1101``: one learner a row, one question a column."""
    return [
        GivenAnswer(f"L{row}", f"i{column}", "", mark == "1")
        for row, marks in enumerate(rows)
        for column, mark in enumerate(marks)
    ]


def test_a_share_has_the_interval_that_wilson_gave():
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 15 of 148.
    assert str(wilson(81, 263)) == ".31 [.26 .37]"
    assert wilson(15, 148).low == pytest.approx(0.0624, abs=1e-4)
    assert wilson(15, 148).high == pytest.approx(0.1605, abs=1e-4)


def test_a_share_of_none_or_all_stays_within_0_and_1():
    assert (wilson(0, 20).low, wilson(20, 20).high) == (0.0, 1.0)


def test_a_correlation_has_fishers_interval():
    random.seed(1)
    x = [random.random() for _ in range(30)]
    y = [a + random.random() for a in x]
    found = correlation(x, y)
    assert math.atanh(found.high) - math.atanh(found.value) == pytest.approx(1.959964 / math.sqrt(27))


def test_what_does_not_vary_has_no_correlation():
    assert correlation([1.0] * 9, list(range(9))) is None
    assert correlation([0.0, 1.0], [1.0, 0.0]) is None


def test_kr20_is_what_the_formula_gives():
    # Four learners, three items: p = .75, .5, .25, scores 3, 2, 1, 0, variance 1.25.
    answers = grid(["111", "110", "100", "000"])
    expected = 3 / 2 * (1 - (0.1875 + 0.25 + 0.1875) / 1.25)
    assert analyse(answers, COURSE).reliability.kr20.value == pytest.approx(expected)


def test_kr20_counts_only_those_who_answered_everything():
    answers = [*grid(["111", "110", "100", "000"]), GivenAnswer("L9", "i0", "", True)]
    reliability = analyse(answers, COURSE).reliability
    assert (reliability.learners, reliability.items) == (4, 3)


@pytest.mark.parametrize(("rows", "reason"), [(["111"], "at least 2"), (["110", "101", "011"], "the same score")])
def test_kr20_that_cannot_be_computed_says_why(rows, reason):
    reliability = analyse(grid(rows), COURSE).reliability
    assert reliability.kr20 is None
    assert reason in reliability_text(reliability)


def test_an_item_is_compared_with_the_rest_and_not_with_itself():
    random.seed(2)
    rows = ["".join(random.choice("01") for _ in range(9)) for _ in range(400)]
    for item in analyse(grid(rows), COURSE).items:
        assert item.r.low < 0.05
        assert abs(item.r.value) < 0.2


def test_an_item_that_good_learners_get_wrong_is_found():
    random.seed(3)
    able = [random.random() for _ in range(200)]
    rows = [
        "".join("1" if random.random() < a else "0" for _ in range(9)) + ("1" if random.random() > a else "0")
        for a in able
    ]
    last = analyse(grid(rows), COURSE).items[-1]
    assert last.r.high < 0
    assert verdicts(last, COURSE) == ["r below 0: check the key"]


def test_options_are_counted_also_those_that_nobody_chose(quiz):
    answers = [GivenAnswer(f"L{n}", "q-choice", "b" if n < 45 else "a", n < 45) for n in range(60)]
    item = analyse(answers, quiz).items[0]
    assert {letter: count for letter, (count, _) in item.options.items()} == {"a": 15, "b": 45, "c": 0}
    assert verdicts(item, quiz) == ["c hardly chosen", "r cannot be computed"]


@pytest.mark.parametrize(
    ("n", "expected"), [(49, ["n < 50: no verdict"]), (50, ["easy", "a hardly chosen", "c hardly chosen"])]
)
def test_no_verdict_is_given_on_small_numbers(quiz, n, expected):
    item = analyse([GivenAnswer(f"L{k}", "q-choice", "b", True) for k in range(n)], quiz).items[0]
    assert verdicts(item, quiz)[: len(expected)] == expected


def test_a_correlation_needs_a_hundred_for_a_verdict():
    random.seed(4)
    rows = ["".join(random.choice("01") for _ in range(8)) for _ in range(99)]
    assert "n < 100: no verdict on r" in verdicts(analyse(grid(rows), COURSE).items[0], COURSE)


def test_a_table_is_read_and_judged_by_the_key(quiz, tmp_path):
    path = table(
        tmp_path, "learner,question,answer\nA,q-choice,b\nB,q-choice,a\nA,q-many,a c\nA,q-number,12.55\nA,q-lines,c a\n"
    )
    answers, notes = read_answers(path, quiz)
    assert [answer.correct for answer in answers] == [True, False, True, True, True]
    assert notes == []


def test_first_attempts_count_by_their_time(quiz, tmp_path):
    text = "learner,question,answer,at\nA,q-choice,b,2026-12-02\nA,q-choice,a,2026-12-01\n"
    answers, notes = read_answers(table(tmp_path, text), quiz)
    assert [answer.answer for answer in answers] == ["a"]
    assert notes == ["1 later answers to the same question were left out: first attempts count"]


def test_foreign_questions_count_if_the_table_says_what_was_right(quiz, tmp_path):
    text = "learner,question,answer,correct\nA,other,x,1\nB,other,y,no\nC,unknown,z,\n"
    answers, notes = read_answers(table(tmp_path, text), quiz)
    assert [answer.correct for answer in answers] == [True, False]
    assert notes == ["unknown: 1 answers left out: no such question and no column correct"]


BAD_TABLES = {
    "no such column": ("learner,item\nA,q\n", "no column question, answer"),
    "an answer that cannot be": ("learner,question,answer\nA,q-choice,z\n", "line 2: 'z' is no answer to q-choice"),
    "a number that is none": ("learner,question,answer\nA,q-number,many\n", "line 2: 'many' is not a number"),
    "a correct that is neither": ("learner,question,answer,correct\nA,q-choice,b,maybe\n", "correct is 'maybe'"),
}


@pytest.mark.parametrize(("text", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_table_that_cannot_be_used_says_where(quiz, tmp_path, text, message):
    with pytest.raises(UsageError) as caught:
        read_answers(table(tmp_path, text), quiz)
    assert message in str(caught.value)


def test_no_answers_and_no_file_are_said_so(quiz, tmp_path):
    with pytest.raises(UsageError, match="no answers"):
        analyse([], quiz)
    with pytest.raises(UsageError, match="cannot be read"):
        read_answers(tmp_path / "none.csv", quiz)


def test_the_page_is_one_file_with_plots_and_escaped_names():
    answers = [
        GivenAnswer(one.learner, f"{one.question}<b>", one.answer, one.correct)
        for one in grid(["1100110", "0111010", "1010101"] * 9)
    ]
    statistics = analyse(answers, COURSE)
    text = page(statistics, COURSE, {item.question: verdicts(item, COURSE) for item in statistics.items})
    assert text.count("<svg") == 2
    assert "<b>" not in text
    assert "http" not in text
    assert "<script" not in text


def test_the_text_is_80_columns_wide():
    rng = random.Random(5)
    choices = [question for question in COURSE if question.options][:12]
    answers = []
    for learner in range(30):
        for question in choices:
            letter = rng.choice("abc")
            answers.append(GivenAnswer(f"L{learner}", question.id, letter, letter in question.key))
    assert max(map(len, to_text(analyse(answers, COURSE), COURSE).splitlines())) <= 80


def test_ones_own_answers_become_a_table_that_can_be_read(quiz, tmp_path):
    progress = QuizProgress(tmp_path / "quiz.json")
    question = quiz.find("q-choice")
    for given, now in ((("a",), MORNING), (("b",), MORNING + timedelta(days=1))):
        progress.add(question, mark(question, given), now)
    write_answers(quiz, progress, "Ada", tmp_path / "ada.csv")
    answers, _ = read_answers(tmp_path / "ada.csv", quiz)
    assert answers == [GivenAnswer("Ada", "q-choice", "a", False)]


def test_the_command_writes_text_and_page(tmp_path, capsys):
    rows = "".join(f"L{n},q-leak-shutdown,{'abc'[n % 3]}\n" for n in range(60))
    path = table(tmp_path, "learner,question,answer\n" + rows)
    assert main(["quiz", "stats", str(path), "--html", str(tmp_path / "page.html")]) == 0
    assert "q-leak-shutdown              60  .33 [.23 .46]" in capsys.readouterr().out
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_an_interval_never_shows_a_negative_nought():
    assert str(Interval(-0.001, -0.5, 0.0)) == ".00 [-.50 .00]"
