"""What a learner sees who types, and that every way out keeps the answers."""

from __future__ import annotations

import io
import re

import pytest
from quiz_samples import MORNING, sample_quiz

from day89.cli import main
from day89.course.quiz.marking import parse
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.schedule import Sitting
from day89.course.quiz.terminal import QuizTerminal, ask_all, pick_topic, welcomes_colour
from day89.course.quiz.text import PLAIN, STYLED, wrap


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def quiz(tmp_path):
    return sample_quiz(tmp_path / "quiz")


def play(quiz, tmp_path, typed: str, *names: str, exam: bool = False, style=PLAIN) -> tuple[str, Sitting]:
    """Type these lines and return what stood on the screen."""
    questions = [quiz.find(name) for name in names]
    sitting = Sitting(questions, QuizProgress(tmp_path / "quiz.json"), exam=exam, misconceptions=quiz.misconceptions)
    terminal = QuizTerminal(io.StringIO(typed), io.StringIO(), lambda: MORNING, style)
    ask_all(terminal, sitting, "Samples")
    return terminal.target.getvalue(), sitting


def letter(quiz, name: str, *wanted: str, sitting_seed: str = "/1") -> str:
    """Return what to type for these letters of the file."""
    sitting = Sitting([quiz.find(name)], None)
    shown = sitting.shown(quiz.find(name))
    typed = " ".join("abcdefgh"[shown.index(one)] for one in wanted)
    assert parse(quiz.find(name), typed, shown) is not None
    return typed


def test_a_right_answer_is_explained_and_ends_the_sitting(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, letter(quiz, "q-choice", "b") + "\n", "q-choice")
    assert "Right.\nYes, this one. Because *so* it is.\n" in seen
    assert "1 of 1 right" in seen
    assert "Nothing is left to repeat." in seen


def test_a_wrong_answer_is_told_why_and_the_right_one_stays_untold(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, letter(quiz, "q-choice", "a") + "\nq\n", "q-choice")
    assert "Not right.\nNot this one.\n[U1: S3UploadFailedError not expected]\n" in seen
    assert "Yes, this one." not in seen
    assert "Because" not in seen
    assert "Lifecycle (in the lesson: Cost):\n  https://example.org/a\n" in seen


def test_retry_asks_again_what_was_wrong(quiz, tmp_path):
    wrong = letter(quiz, "q-choice", "a")
    seen, sitting = play(quiz, tmp_path, f"{wrong}\nr\nzzz\n", "q-choice")
    assert seen.count("Why does") == 2
    assert sitting.round == 2


def test_reveal_shows_every_option_with_its_reason(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, letter(quiz, "q-choice", "a") + "\ns\n", "q-choice")
    assert "wrong: the first one (your answer)\n       Not this one.\n" in seen
    assert "right: the second `code`\n       Yes, this one.\n" in seen
    assert seen.rstrip().endswith("Because *so* it is.")


def test_reveal_shows_numbers_words_and_programs(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, "\n\n\ns\n", "q-number", "q-word", "q-lines")
    assert "Answer: 12.5 dollars" in seen
    assert "Answer: Bucket" in seen
    assert "    first()\n    second()\n" in seen


def test_a_fact_that_has_expired_is_said_to_have(quiz, tmp_path):
    late = MORNING.replace(year=2027, month=7)
    sitting = Sitting([quiz.find("q-number")], QuizProgress(tmp_path / "quiz.json"))
    terminal = QuizTerminal(io.StringIO("12.5\n"), io.StringIO(), lambda: late)
    ask_all(terminal, sitting, "Samples")
    assert "This was known to be so until 2027-06-30: see https://example.org/a" in terminal.target.getvalue()


def test_a_hint_is_given_on_demand(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, "?\n?\nq\n", "q-choice")
    assert "Hint: Look at `b`.\n" in seen
    assert "There is no (further) hint." in seen


def test_what_cannot_be_an_answer_is_asked_for_again(quiz, tmp_path):
    seen, sitting = play(quiz, tmp_path, "x\nq\n", "q-choice")
    assert "Type one letter from a to c." in seen
    assert sitting.marks == {}


def test_an_exam_says_nothing_until_its_end(quiz, tmp_path):
    typed = letter(quiz, "q-choice", "a") + "\n12.5\nq\n"
    seen, _ = play(quiz, tmp_path, typed, "q-choice", "q-number", exam=True)
    assert seen.count("Noted.") == 2
    assert "Not this one." not in seen
    assert "1 of 2 right" in seen


def test_the_end_of_the_input_keeps_what_was_answered(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, letter(quiz, "q-choice", "a") + "\n", "q-choice", "q-many")
    assert "Stopped. 1 answer is kept in" in seen
    assert QuizProgress(tmp_path / "quiz.json").record(quiz.find("q-choice")) is not None


def test_an_end_of_the_input_before_any_answer_keeps_nothing(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, "", "q-choice")
    assert "Stopped before the first answer: nothing has changed." in seen
    assert " kept in " not in seen


def test_nothing_is_wider_than_80_columns(quiz, tmp_path):
    seen, _ = play(quiz, tmp_path, "\n\n\n\n\ns\n", "q-choice", "q-many", "q-number", "q-word", "q-lines")
    assert max(map(len, seen.splitlines())) <= 80


def test_every_question_of_the_course_fits_80_columns(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("\n" * 120 + "s\n"))
    assert main(["quiz", "--exam", "500", "--seed", "1"]) == 0
    wide = [line for line in capsys.readouterr().out.splitlines() if len(line) > 80 and "https://" not in line]
    assert wide == []


def test_colours_only_mark_and_never_replace_words(quiz, tmp_path):
    typed = letter(quiz, "q-choice", "b") + "\n"
    (tmp_path / "one").mkdir()
    plain, _ = play(quiz, tmp_path / "one", typed, "q-choice")
    styled, _ = play(quiz, tmp_path / "two", typed, "q-choice", style=STYLED)
    assert "\x1b" not in plain
    assert "\x1b[1;32mRight.\x1b[0m" in styled


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Screen(), {}, True),
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"NO_COLOR": ""}, True),
        (Screen(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(stream, environment, expected):
    assert welcomes_colour(stream, environment) is expected


def test_code_that_is_broken_over_lines_is_coloured_on_each():
    assert wrap("see `one two` now", 9, STYLED) == ["see \x1b[36m`one\x1b[39m", "\x1b[36mtwo`\x1b[39m now"]
    assert wrap("see `one two` now", 9, PLAIN) == ["see `one", "two` now"]


def test_the_backticks_of_code_stay_in_colour_and_count():
    (line,) = wrap("use `aws s3 cp`", 80, STYLED)
    assert re.sub(r"\x1b\[\d*m", "", line) == "use `aws s3 cp`"
    assert len(wrap("use `aws s3 cp`", 14, STYLED)) == len(wrap("use `aws s3 cp`", 14, PLAIN)) == 2


def test_the_mix_stands_first_and_asks_ten_questions(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("0\n" + "\n" * 10 + "q\n"))
    assert main(["quiz"]) == 0
    printed = capsys.readouterr().out
    assert "  0  10 mixed questions, about 8 minutes" in printed
    assert "10 of 10" in printed
    assert "11 of" not in printed


def test_a_topic_is_picked_by_its_number(quiz):
    terminal = QuizTerminal(io.StringIO("9\n1\n"), io.StringIO(), lambda: MORNING)
    assert pick_topic(terminal, quiz, lambda question: False) == "sample"
    assert "  1  Samples & more" in terminal.target.getvalue()


def test_the_command_asks_a_topic_and_keeps_the_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO("a\nq\n"))
    assert main(["quiz", "--topic", "leaks", "--seed", "1"]) == 0
    assert "No instance left behind" in capsys.readouterr().out
    assert len(QuizProgress(tmp_path / "quiz.json").records) == 1
    assert main(["quiz", "--progress"]) == 0
    assert main(["quiz", "--review"]) == 0
    assert "Nothing is due today. The next is due on" in capsys.readouterr().out


def test_an_interrupt_is_130_and_loses_nothing(tmp_path, monkeypatch, capsys):
    class Interrupted(io.StringIO):
        def readline(self, *_: int) -> str:
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    monkeypatch.setattr("sys.stdin", Interrupted("a\nb\n"))
    assert main(["quiz", "--exercise", "1", "--seed", "1"]) == 130
    assert "Interrupted. 2 answers of this sitting kept in" in capsys.readouterr().out
    assert len(QuizProgress(tmp_path / "quiz.json").records) == 2


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--exam", "0"], 2), (["--exercise", "6"], 2), (["--topic", "nope"], 2), (["export", "--to", "word"], 2)],
)
def test_wrong_usage_is_status_2(tmp_path, monkeypatch, arguments, status):
    monkeypatch.setenv("DAY89_DATA", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        raise SystemExit(main(["quiz", *arguments]))
    assert caught.value.code == status


def test_lint_reports_the_course_as_clean_or_says_what_expired(capsys):
    assert main(["quiz", "lint"]) in (0, 1)
    assert "questions," in capsys.readouterr().out
