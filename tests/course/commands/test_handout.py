"""What learners get holds all that they need, and none of the answers."""

from __future__ import annotations

import ast
import zipfile
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.submission import stubs
from day89.course.exercise.tasks import tasks
from day89.course.quiz.load import load_quiz


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    target = tmp_path_factory.mktemp("handout") / "course.zip"
    assert main(["handout", "--output", str(target)]) == 0
    with zipfile.ZipFile(target) as archive:
        return {name.partition("/")[2]: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_learners_get_exercise_lesson_data_hints_quiz_and_settings(files: dict[str, str]) -> None:
    assert {"exercise.py", "lesson.md", "hints.md", "quiz.md", "data/penguins.csv"} <= set(files)
    assert any(".vscode" in name or "editorconfig" in name for name in files)
    for task in tasks():
        assert f"`{task.function}`" in files["hints.md"]
    assert all(f"### {question.id}" in files["quiz.md"] for question in load_quiz())


def test_no_answer_is_handed_out(files: dict[str, str]) -> None:
    functions = {task.function for task in tasks()}
    assert stubs(ast.parse(files["exercise.py"]), functions) == functions
    solution = ast.parse(course_file("solution.py").read_text("utf-8"))
    bodies = [
        ast.unparse(node.body[1:])
        for node in solution.body
        if isinstance(node, ast.FunctionDef) and node.name in functions
    ]
    everything = "\n".join(files.values())
    assert not [body for body in bodies if body and body in everything]
    assert not {path.name for path in checks_folder().iterdir()} & {Path(name).name for name in files}
    for question in load_quiz():
        for option in question.options:
            assert option.why not in files["quiz.md"]
    assert "Answer</summary>" not in files["quiz.md"]


def test_no_path_of_the_teachers_machine_is_handed_out(files: dict[str, str]) -> None:
    everything = "\n".join(files.values())
    assert str(course_file("solution.py").parent) not in everything
    assert "tool.uv.sources" not in files["pyproject.toml"]


def test_the_same_course_gives_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        main(["handout", "--output", str(tmp_path / name), "--form", "bare"])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_folder_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handout", "--output", str(tmp_path / "no" / "a.zip")]) == 2
    assert "cannot write" in capsys.readouterr().err
