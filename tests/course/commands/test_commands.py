"""What the commands grade and hint print, write and return."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from day89 import cli
from day89.cli import main
from day89.course.commands.stub import stub_text
from day89.course.exercise.files import data_folder
from day89.course.exercise.tasks import tasks
from day89.course.learn.state import LearnerState
from day89.errors import UsageError


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh exercise.py in a current folder of its own, and a user who has seen no hint."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAY89_DATA", str(tmp_path / "data"))
    path = tmp_path / "exercise.py"
    path.write_text(stub_text(), "utf-8")
    return path


def test_a_fresh_stub_is_0_of_100_and_20_tasks_not_started(exercise, capsys):
    assert main(["grade"]) == 0
    printed = capsys.readouterr().out
    assert printed.count(" not started ") == len(tasks())
    points = sum(task.points for task in tasks())
    assert f"Total: 0 of {points:g} points ({len(tasks())} not started)" in printed
    assert f"Next: write {tasks()[0].function}" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_json_on_standard_output_stands_alone_and_follows_the_schema(exercise, capsys):
    assert main(["grade", "--json", "-", "--seed", "7"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["schema"], result["seed"]) == (2, 7)
    assert result["course"].startswith("day89 ")
    (submission,) = result["submissions"]
    assert submission.keys() >= {"path", "sha256", "status", "message", "seconds", "score", "max_score", "tasks"}
    points = sum(task.points for task in tasks())
    assert (submission["path"], submission["status"], submission["max_score"]) == ("exercise.py", "graded", points)
    assert submission["tasks"][2] == {
        "id": "1.3", "function": "list_keys", "status": "not_started", "points": 5.0, "earned": 0.0,
        "not_judged": 0, "checks": [],
    }  # fmt: skip


def test_json_goes_to_a_file_beside_the_table(exercise, capsys):
    assert main(["grade", "--json", "out.json", "--exercise", "2"]) == 0
    assert "Exercise 2" in capsys.readouterr().out
    assert [task["id"] for task in json.loads(Path("out.json").read_text())["submissions"][0]["tasks"]] == [
        "2.1", "2.2", "2.3", "2.4"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--min-score", "1"], 1),
        (["--min-score", "0"], 0),
        (["--task", "7.7"], 2),
        (["--exercise", "9"], 2),
        (["nowhere.py"], 2),
        (["--json", "no/such/folder.json"], 2),
    ],
)
def test_exit_status(exercise, capsys, arguments, status):
    assert main(["grade", *arguments]) == status


def test_a_syntax_error_is_one_sentence_with_its_line(exercise, capsys):
    exercise.write_text("def upload_file(:\n")
    assert main(["grade"]) == 2
    assert re.search(r"exercise.py line 1: .*fix that line first", capsys.readouterr().out)


def test_hints_come_one_by_one_and_the_last_one_stays(exercise, capsys):
    titles = []
    for _ in range(5):
        assert main(["hint", "1.3"]) == 0
        titles.append(capsys.readouterr().out.splitlines()[0])
    assert titles == [
        "1.3 list_keys: the goal",
        "1.3 list_keys: where to look",
        "1.3 list_keys: the calls",
        "1.3 list_keys: a sibling, worked out",
        "1.3 list_keys: a sibling, worked out",
    ]


def test_a_level_that_is_asked_for_does_not_move_the_next_one(exercise, capsys):
    main(["hint", "list_keys", "--level", "3"])
    main(["hint", "list_keys"])
    assert "the goal" in capsys.readouterr().out


def test_all_levels_can_be_seen(exercise, capsys):
    main(["hint", "1.3", "--all"])
    assert capsys.readouterr().out.count("1.3 list_keys:") == 4


def test_a_memory_that_cannot_be_read_or_written_takes_no_hint_away(exercise, capsys, monkeypatch):
    exercise.with_name(".day89").write_text("a file is in the way")
    assert main(["hint", "1.3"]) == 0
    assert "the goal" in capsys.readouterr().out
    exercise.unlink()
    exercise.with_name("file").write_text("x")
    monkeypatch.setenv("DAY89_DATA", str(exercise.with_name("file")))
    assert data_folder().is_file()
    assert main(["hint", "1.3"]) == 0
    assert "the goal" in capsys.readouterr().out


def test_hints_that_were_seen_are_remembered_beside_the_file(exercise, capsys):
    main(["hint", "1.3"])
    main(["hint", "1.3"])
    assert LearnerState(exercise.parent)["1.3"].hints == 2
    assert main(["status"]) == 0
    assert re.search(r"1\.3 list_keys +not started +2 ", capsys.readouterr().out)


def test_what_grade_finds_counts_in_a_course_folder(exercise, capsys):
    (exercise.parent / ".day89").mkdir()
    body = 'raise NotImplementedError("Task 2.1")'
    exercise.write_text(exercise.read_text("utf-8").replace(body, "return None", 1), "utf-8")
    main(["grade", "--task", "2.1", "--seed", "1"])
    assert LearnerState(exercise.parent)["2.1"].status == "core_incomplete"


def test_a_course_that_is_wrong_is_told_in_a_sentence_also_while_a_command_is_loaded(monkeypatch, capsys):
    def load(name):
        raise UsageError("course.toml uses 9.9, which day89/course/tasks.toml does not describe")

    monkeypatch.setattr(cli.importlib, "import_module", load)
    assert main(["grade", "exercise.py"]) == 2
    assert "day89: course.toml uses 9.9" in capsys.readouterr().err
