"""A course folder: what is in it, that it holds no answer, that nothing of a learner's is ever overwritten."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.commands import update
from day89.course.commands.stub import stub_text
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import tasks
from day89.course.learn.blocks import blocks, update_exercise
from day89.course.learn.folder import digest
from day89.course.learn.state import LearnerState

FILES = {
    "exercise.py", "lesson.md", "README.md", "data/README.md", "data/penguins.csv", "pyproject.toml", ".gitignore",
    ".vscode/extensions.json", ".vscode/settings.json", ".vscode/tasks.json", ".day89/course.json",
}  # fmt: skip


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a fresh course folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--yes", "--form", "bare"]) == 0
    listed = {line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    assert listed >= FILES
    monkeypatch.chdir(tmp_path / "day89-course")
    return tmp_path / "day89-course"


def test_init_writes_what_it_lists_and_nothing_else(course: Path) -> None:
    assert held(course).keys() == FILES
    assert list(course.parent.iterdir()) == [course]


def test_a_bare_course_folder_holds_no_line_of_an_answer(course: Path) -> None:
    solution, stub = (
        ast.parse(path.read_text("utf-8")) for path in (course_file("solution.py"), course / "exercise.py")
    )
    functions = {task.function for task in tasks()}
    given = {ast.dump(node) for node in ast.walk(stub) if isinstance(node, ast.stmt)}
    bodies = [node for node in solution.body if isinstance(node, ast.FunctionDef) and node.name in functions]
    answers = [part for function in bodies for part in function.body[1:] if not isinstance(part, ast.Raise)]
    assert len(answers) > 60
    assert [ast.unparse(part) for part in answers if ast.dump(part) in given] == []
    assert not [name for name in held(course) if "solution" in name or "test_" in name]


def test_no_link_of_the_lesson_leads_nowhere(course: Path) -> None:
    for name in ("lesson.md", "README.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (course / name).read_text("utf-8"))
        assert [link for link in links if not (course / link).exists()] == []


def test_settings_of_the_editor_are_json_and_nothing_runs_by_itself(course: Path) -> None:
    for path in (course / ".vscode").iterdir():
        json.loads(path.read_text("utf-8"))
    assert "runOn" not in (course / ".vscode" / "tasks.json").read_text("utf-8")


def test_a_second_run_changes_nothing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = held(course)
    assert main(["init", "--yes", "."]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert held(course) == before


def test_one_file_that_is_there_already_stops_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert main(["init", "--yes", str(tmp_path)]) == 2
    assert "README.md" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "README.md"]


def test_where_nobody_can_be_asked_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "new")]) == 2
    assert "--yes" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_update_of_what_is_new_already_changes_nothing(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = held(course)
    assert main(["update", "--yes"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert held(course) == before


@pytest.fixture
def newer(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a course folder for which there is a newer course: other docstrings, another lesson and README."""

    def files(form: str, call: str) -> dict[str, bytes]:
        text = stub_text(form)
        for function in ("list_keys", "upload_file"):
            text = re.sub(rf'(def {function}\(.*?""")', r"\1NEW WORDS. ", text, count=1, flags=re.DOTALL)
        known = {name: data for name, data in held(course).items() if name in FILES - {".day89/course.json"}}
        return {**known, "exercise.py": text.encode(), "lesson.md": b"new\n", "README.md": b"new\n"}

    monkeypatch.setattr(update, "course_files", files)
    record = json.loads((course / ".day89" / "course.json").read_text())
    record["checks"]["1.3"] = "of an older version"
    (course / ".day89" / "course.json").write_text(json.dumps(record))
    return course


def test_an_update_leaves_answers_and_changed_files_alone(newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exercise = newer / "exercise.py"
    begun = exercise.read_text("utf-8").replace('raise NotImplementedError("Task 1.3")', "return ['mine']")
    exercise.write_text(begun + "\n\ndef my_helper():\n    return 1\n", "utf-8")
    (newer / "README.md").write_text("my notes")
    before = exercise.read_text("utf-8")
    assert main(["update", "--yes"]) == 0
    printed = capsys.readouterr().out
    assert "exercise.py, list_keys: begun, only its docstring is new" in printed
    assert "exercise.py, upload_file: not begun, the new stub" in printed
    parts = blocks(exercise.read_text("utf-8"))
    assert "NEW WORDS" in parts["list_keys"]
    assert "return ['mine']" in parts["list_keys"]
    assert "NEW WORDS" in parts["upload_file"]
    assert "my_helper" in parts
    assert (newer / "exercise.py.1.bak").read_text("utf-8") == before
    assert (newer / "README.md").read_text() == "my notes"
    assert (newer / "README.md.new").read_text() == "new\n"
    assert (newer / "lesson.md").read_text() == "new\n"
    assert LearnerState(newer)["1.3"].again
    assert not LearnerState(newer)["1.1"].again
    assert main(["update", "--yes"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_a_gap_that_was_filled_is_begun_even_where_the_raise_still_stands() -> None:
    old = 'import os\n\n\ndef f():\n    """Old."""\n    raise NotImplementedError\n    x = ...  # GAP\n'
    new = old.replace("Old.", "New.")
    given = {name: digest(text.encode()) for name, text in blocks(old).items()}
    mine = old.replace("x = ...  # GAP", "x = os.getcwd()")
    updated = update_exercise(mine, new, given)
    assert "x = os.getcwd()" in updated.text
    assert "New." in updated.text


def test_an_import_that_a_new_stub_needs_is_added_to_imports_that_were_changed() -> None:
    old = 'import os\n\n\ndef f():\n    """F."""\n    raise NotImplementedError\n'
    given = {name: digest(text.encode()) for name, text in blocks(old).items()}
    updated = update_exercise("import json\n" + old, "import os\nimport io\n\n\n" + old.split("\n\n\n")[1], given)
    assert updated.text.startswith("import json\nimport os\nimport io\n")


def test_a_file_that_cannot_be_parsed_is_not_updated(newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (newer / "exercise.py").write_text("def f(:\n")
    before = held(newer)
    assert main(["update", "--yes"]) == 2
    assert "line 1" in capsys.readouterr().err
    assert held(newer) == before


def test_update_elsewhere_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["update", "--yes"]) == 2
    assert "day89 init" in capsys.readouterr().err


def test_status_shows_tasks_hints_minutes_and_days(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = LearnerState(course)
    state["1.1"].status, state["1.1"].hints = "complete", 2
    state.save()
    events = [("2026-11-29T10:00:00+00:00", "opened"), ("2026-11-29T10:07:00+00:00", "saved")]
    lines = [json.dumps({"at": at, "event": kind, "task": "1.1"}) for at, kind in events]
    (course / ".day89" / "events.jsonl").write_text("\n".join(lines) + "\n")
    assert main(["status"]) == 0
    printed = capsys.readouterr().out
    assert "1 of 6 done" in printed
    assert re.search(r"1\.1 upload_file +complete +2 +7 of ", printed)
    assert re.search(r"2026-11-29 +7  ##", printed)
    assert "Quiz:" in printed
