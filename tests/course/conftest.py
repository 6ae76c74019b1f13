"""Give the tests of the course small checks of their own, and one warm server for each file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from day89.course.exercise.tasks import choose
from day89.course.grading.grade import SERVER_MODULES, grade
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import SubmissionResult

CHECKS = """
import pytest
from day89.course.checks.expectations import expect_equal

@pytest.mark.task("1.3", "core", points=2)
@pytest.mark.limit(2)
def test_first(task):
    expect_equal(task.list_keys("a"), ["a"], task.last_call, "L13")

@pytest.mark.task("1.3", "core", points=1)
@pytest.mark.limit(2)
def test_second(task, names):
    word = names.word()
    expect_equal(task.list_keys(word), [word], task.last_call)

@pytest.mark.task("1.3", "mastery", points=2)
@pytest.mark.limit(2)
def test_third(task):
    task.raises(LookupError, "list_keys", "nowhere", naming="nowhere")

@pytest.mark.task("1.4", "core", points=5)
def test_other(task):
    expect_equal(task.delete_prefix(), 7, task.last_call)
"""
RIGHT = """
def list_keys(key):
    if key == "nowhere":
        raise LookupError(key)
    return [key]

def delete_prefix():
    return 7
"""

Grade = Callable[..., SubmissionResult]


@pytest.fixture
def right() -> str:
    """Return a submission that passes the small checks."""
    return RIGHT


@pytest.fixture(scope="module")
def supervisor() -> Iterator[WarmServer]:
    """Return a warm server that the tests of one file share."""
    with WarmServer(SERVER_MODULES) as running:
        yield running


@pytest.fixture
def graded(tmp_path: Path, supervisor: WarmServer) -> Grade:
    """Return a function that grades a source text by the small checks (or by others)."""

    def grade_text(source: str | bytes, ids: list[str] | None = None, checks: str = CHECKS) -> SubmissionResult:
        path = tmp_path / "answers.py"
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        folder = tmp_path / "checks"
        folder.mkdir(exist_ok=True)
        (folder / "test_exercise_1.py").write_text(checks)
        return grade(path, choose(ids or ["1.3"], None), 1, checks=folder, supervisor=supervisor)

    return grade_text


@pytest.fixture
def small_checks(tmp_path: Path) -> Path:
    """Return a folder with the small checks."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "test_exercise_1.py").write_text(CHECKS)
    return folder
