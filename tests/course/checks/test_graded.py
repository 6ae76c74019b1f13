"""The checks themselves: the solution passes them all, a stub fails them all, and no odd answer breaks one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from day89.course.commands.stub import stub_text
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import tasks
from day89.course.grading.grade import grade

ROOT = Path(__file__).parents[3]

# What a function with a mistake in it may return, without ever raising.
ODD = {
    "nothing": "return None",
    "a number": "return 7",
    "text": 'return "text"',
    "an object that lies": "return Liar()",
}
LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __hash__(self): raise ValueError("no hash")
    def __repr__(self): raise ValueError("no repr")
    def __getattr__(self, name): raise ValueError("no attribute")
    def __iter__(self): raise ValueError("no iterator")
    def __len__(self): return -1
"""


def with_bodies(body: str) -> str:
    """Return an exercise.py whose 20 functions all have one body."""
    return re.sub(r"raise NotImplementedError\(.*\)", body, stub_text()) + LIAR


def test_the_solution_earns_100_of_100():
    result = grade(course_file("solution.py"), tasks(), 1, jobs=2)
    assert [check.message for task in result.tasks for check in task.checks if not check.passed] == []
    assert (result.status, result.score, result.max_score) == ("graded", 100, 100)


def test_no_check_passes_on_a_fresh_stub(tmp_path):
    (tmp_path / "exercise.py").write_text(stub_text(), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", str(ROOT / "tests/graded")]
    printed = subprocess.run(
        [*command, f"--submission={tmp_path}/exercise.py"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    last = printed.strip().splitlines()[-1]
    assert re.fullmatch(r"\d+ failed in .*", last), last


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_the_learners_fault_and_earns_no_task(odd, tmp_path):
    path = tmp_path / "odd.py"
    path.write_text(with_bodies(ODD[odd]), "utf-8")
    result = grade(path, tasks(), 1, jobs=2)
    broken = [f"{check.name}: {check.message}" for task in result.tasks for check in task.checks]
    assert [text for text in broken if "the check itself broke" in text] == []
    assert [task.id for task in result.tasks if task.status == "complete"] == []
    assert result.status == "graded"
