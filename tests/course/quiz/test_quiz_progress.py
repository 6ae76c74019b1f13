"""What is remembered, when it is due, and that nothing is lost or written elsewhere."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from quiz_samples import MORNING, sample_quiz

from day89.course.quiz.load import load_quiz
from day89.course.quiz.marking import mark
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.schedule import Sitting, by_outcome, choose, reading
from day89.errors import UsageError

DAY = timedelta(days=1)
RIGHT, WRONG = ("b",), ("a",)


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


@pytest.fixture
def progress(tmp_path):
    return QuizProgress(tmp_path / "data" / "quiz.json")


def answer(progress, quiz, given, now):
    question = quiz.find("q-choice")
    progress.add(question, mark(question, given), now)
    return progress.record(question)


def test_right_answers_come_back_after_1_3_and_7_days_and_then_rest(quiz, progress):
    now = MORNING
    due = []
    for gap in (1, 3, 7, 0):
        due.append(answer(progress, quiz, RIGHT, now).due)
        now += gap * DAY
    assert due == ["2026-12-02", "2026-12-05", "2026-12-12", None]


def test_a_wrong_answer_comes_back_tomorrow_and_starts_over(quiz, progress):
    answer(progress, quiz, RIGHT, MORNING)
    answer(progress, quiz, RIGHT, MORNING + DAY)
    known = answer(progress, quiz, WRONG, MORNING + 4 * DAY)
    assert (known.step, known.due) == (0, "2026-12-06")
    assert answer(progress, quiz, RIGHT, MORNING + 5 * DAY).due == "2026-12-07"


def test_answers_that_are_not_due_prove_nothing(quiz, progress):
    for _ in range(5):
        known = answer(progress, quiz, RIGHT, MORNING)
    assert (known.step, known.due, len(known.tries)) == (1, "2026-12-02", 5)


def test_right_after_wrong_on_one_day_is_asked_again_tomorrow(quiz, progress):
    answer(progress, quiz, WRONG, MORNING)
    known = answer(progress, quiz, RIGHT, MORNING)
    assert (known.due, known.first_correct, known.last_correct) == ("2026-12-02", False, True)


def test_what_was_answered_is_there_for_the_next_start(quiz, progress):
    answer(progress, quiz, WRONG, MORNING)
    again = QuizProgress(progress.path).record(quiz.find("q-choice"))
    assert again.tries == [{"at": "2026-12-01T09:00:00+00:00", "answer": "a", "correct": False}]


def test_a_new_version_of_a_question_starts_afresh(tmp_path, quiz, progress):
    answer(progress, quiz, RIGHT, MORNING)
    newer = (tmp_path / "quiz" / "sample.toml").read_text("utf-8").replace("version = 1", "version = 2")
    assert progress.record(sample_quiz(tmp_path / "newer", newer).find("q-choice")) is None


def test_only_the_one_file_is_left_in_the_folder(quiz, progress):
    answer(progress, quiz, RIGHT, MORNING)
    answer(progress, quiz, WRONG, MORNING)
    assert [path.name for path in progress.path.parent.iterdir()] == ["quiz.json"]


def test_a_write_that_fails_leaves_the_old_file_whole(quiz, progress, monkeypatch):
    answer(progress, quiz, RIGHT, MORNING)
    before = progress.path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(UsageError, match="No space"):
        answer(progress, quiz, WRONG, MORNING)
    assert progress.path.read_bytes() == before
    assert [path.name for path in progress.path.parent.iterdir()] == ["quiz.json"]


def test_a_terminal_and_a_browser_side_by_side_keep_both_answers(quiz, progress):
    other = QuizProgress(progress.path)
    answer(progress, quiz, RIGHT, MORNING)
    question = quiz.find("q-many")
    other.add(question, mark(question, ("b",)), MORNING)
    assert set(QuizProgress(progress.path).records) == {"q-choice", "q-many"}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": 2, "questions": {}}', '{"schema": 1, "questions": {"a": {"x": 1}}}']
)
def test_a_file_that_is_not_ours_is_not_overwritten(tmp_path, text):
    path = tmp_path / "quiz.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="move it away"):
        QuizProgress(path)
    assert path.read_text("utf-8") == text


def test_the_file_lies_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("DAY89_DATA", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert QuizProgress().path == Path(tmp_path) / "day89" / "quiz.json"


def test_a_review_asks_what_is_due_and_the_longest_due_first(quiz, progress):
    for name, now in (("q-many", MORNING), ("q-choice", MORNING - DAY)):
        question = quiz.find(name)
        progress.add(question, mark(question, question.key), now)
    day = (MORNING + DAY).date()
    assert [question.id for question in choose(quiz, progress, day, review=True)] == ["q-choice", "q-many"]
    assert choose(quiz, progress, (MORNING - DAY).date(), review=True) == []


def test_a_topic_begins_with_what_was_wrong_then_new_then_known(quiz, progress):
    for name, given in (("q-choice", RIGHT), ("q-many", ("b",))):
        question = quiz.find(name)
        progress.add(question, mark(question, given), MORNING)
    asked = [question.id for question in choose(quiz, progress, MORNING.date(), topic="samp")]
    assert asked == ["q-many", "q-number", "q-word", "q-lines", "q-choice"]


def test_an_unknown_topic_is_told_the_known_ones(quiz, progress):
    with pytest.raises(UsageError, match="topics are sample"):
        choose(quiz, progress, MORNING.date(), topic="lambda")


def test_an_exam_is_repeatable_and_spreads_over_the_outcomes(progress):
    quiz = load_quiz()
    one, same, other = (choose(quiz, progress, MORNING.date(), exam=18, seed=seed) for seed in ("1", "1", "2"))
    assert one == same
    assert one != other
    assert {question.outcome for question in one} == set(range(1, 19))


def test_an_exam_of_more_than_all_is_all(quiz, progress):
    assert len(choose(quiz, progress, MORNING.date(), exam=99, seed="1")) == 5


def test_a_sitting_counts_and_retries_what_was_wrong_or_skipped(quiz, progress):
    sitting = Sitting([quiz.find("q-choice"), quiz.find("q-many"), quiz.find("q-word")], progress)
    sitting.answer(sitting.current, RIGHT, MORNING)
    sitting.answer(sitting.current, ("b",), MORNING)
    sitting.skip()
    assert (sitting.current, sitting.right, [q.id for q in sitting.wrong]) == (None, 1, ["q-many", "q-word"])
    sitting.retry()
    assert (sitting.current.id, sitting.right, sitting.wrong) == ("q-many", 0, [])


def test_progress_by_outcome_counts_first_last_and_due(quiz, progress):
    answer(progress, quiz, WRONG, MORNING)
    answer(progress, quiz, RIGHT, MORNING)
    line = by_outcome(quiz, progress, (MORNING + DAY).date())[0]
    assert (line.total, line.answered, line.first, line.last, line.due) == (5, 1, 0, 1, 1)


def test_what_to_read_names_each_page_once(quiz):
    assert reading(quiz) == {"Lifecycle": ["https://example.org/a"]}
