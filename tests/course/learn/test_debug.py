"""day89 debug and plain pytest: what a learner sees of their own code, and nothing of the grader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from day89.course.commands.stub import stub_text
from day89.course.exercise.files import checks_folder

# As in a course folder, whose settings name the plugin; one file of checks is collected faster than all.
PYTEST = ("pytest", "-p", "day89.course.grading.plugin", str(checks_folder() / "test_exercise_1_list.py"))
STUB = 'raise NotImplementedError("Task 1.3")'
FIRST_PAGE = (
    'answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)\n    return [item["Key"] for item in answer["Contents"]]'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a fresh exercise.py."""
    (tmp_path / "exercise.py").write_text(stub_text(), "utf-8")
    return tmp_path


def answer(folder: Path, body: str) -> None:
    assert STUB in stub_text()
    (folder / "exercise.py").write_text(stub_text().replace(STUB, body), "utf-8")


def run(folder: Path, *words: str, typed: str = "") -> str:
    settings = {**os.environ, "DAY89_DATA": str(folder), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=settings, input=typed, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_debug_stops_at_a_breakpoint_in_the_check_that_fails(folder: Path) -> None:
    answer(folder, f"breakpoint()\n    {FIRST_PAGE}")
    printed = run(folder, "day89", "debug", "1.3", "--seed", "1", typed="p 'ASKED', bucket\nc\nc\nc\n")
    assert "('ASKED', '" in printed
    assert "KeyError: 'Contents'" in printed
    assert "passed in" not in printed


def test_debug_stops_at_the_function_where_there_is_no_breakpoint_and_quits(folder: Path) -> None:
    answer(folder, FIRST_PAGE)
    printed = run(folder, "day89", "debug", "list_keys", "--seed", "1", typed="p 'ASKED', prefix\nq\n")
    assert "('ASKED', '" in printed
    assert "Traceback" not in printed
    assert "ended without a failure" in printed


def test_debug_of_a_stub_and_of_no_task_is_one_sentence(folder: Path) -> None:
    assert "is not started" in run(folder, "day89", "debug", "1.3")
    assert "there is no task 9.9" in run(folder, "day89", "debug", "9.9")


def test_pytest_is_red_on_a_fresh_stub_and_runs_on_the_learners_file(folder: Path) -> None:
    printed = run(folder, *PYTEST, "-k", "test_lists_every_page")
    assert "is not started" in printed
    assert "1 failed" in printed
    answer(folder, FIRST_PAGE)
    printed = run(folder, *PYTEST, "-k", "test_lists_every_page", "--seed", "1")
    assert f"run on {folder / 'exercise.py'}" in printed
    assert "34 keys" in printed
    shown = [line for line in printed.splitlines() if line.startswith(("exercise.py:", "/"))]
    assert shown
    assert all(line.startswith("exercise.py:") for line in shown)


def test_a_traceback_ends_in_the_learners_code(folder: Path) -> None:
    answer(folder, 'return s3.list_objects_v2(Bucket=bucket)["Nothing"]')
    printed = run(folder, *PYTEST, "-k", "lists_the_keys_under_a_prefix")
    failure = printed.partition("= FAILURES =")[2].partition("short test summary")[0]
    assert 'return s3.list_objects_v2(Bucket=bucket)["Nothing"]' in failure
    for hidden in ("learner.py", "plugin.py", "test_exercise_1", "botocore/"):
        assert hidden not in failure
