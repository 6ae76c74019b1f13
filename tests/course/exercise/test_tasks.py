"""Each task has a stub, an answer, four hints and its checks, and nothing about it disagrees."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from shipped import SHIPPED

from day89 import cloud as local_cloud
from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.tasks import choose, exercises, first_hour, mistakes, task, tasks
from day89.errors import UsageError

ROOT = Path(__file__).parents[3]
EVERY = pytest.mark.parametrize("one", tasks(), ids=lambda one: one.id)


def graded_files() -> list[Path]:
    return sorted(checks_folder().glob("test_exercise_*.py"))


def task_marks() -> list[tuple[str, str, float]]:
    """Collect (task, level, points) of every check, as pytest itself sees them."""
    script = """
import sys, pytest
class Collector:
    def pytest_collection_finish(self, session):
        for item in session.items:
            mark = item.get_closest_marker("task")
            print("MARK", mark.args[0], mark.args[1], mark.kwargs.get("points", mark.args[2] if mark.args[2:] else 1))
sys.exit(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[Collector()]))
"""
    command = [sys.executable, "-c", script, *map(str, graded_files())]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rows = [line.split()[1:] for line in printed.splitlines() if line.startswith("MARK")]
    return [(id, level, float(points)) for id, level, points in rows]


@SHIPPED
def test_there_are_20_tasks_of_5_points_in_5_exercises():
    assert [one.id for one in tasks()] == [f"{number}.{part}" for number in range(1, 6) for part in range(1, 5)]
    assert {one.points for one in tasks()} == {5}
    assert [one.number for one in exercises()] == [1, 2, 3, 4, 5]


@SHIPPED
def test_the_first_hour_is_six_tasks_and_the_whole_course_three_hours():
    path = first_hour()
    assert [one.id for one in path] == ["1.1", "2.1", "1.3", "3.2", "3.3", "3.4"]
    assert all(one.path and one.hour == 1 for one in path)
    assert sum(one.path for one in tasks()) == 6
    assert 35 <= sum(one.minutes for one in path) <= 40
    assert 170 <= sum(one.minutes for one in tasks()) <= 185
    assert {one.hour for one in tasks()} == {1, 2, 3, 4}


def test_the_checks_of_each_task_add_up_to_3_core_points_and_2_mastery_points():
    sums: Counter[tuple[str, str]] = Counter()
    for id, level, points in task_marks():
        if id in {one.id for one in tasks()}:
            sums[id, level] += points
    wanted = {(one.id, level): points for one in tasks() for level, points in (("core", 3), ("mastery", 2))}
    assert {key: round(points, 6) for key, points in sums.items()} == wanted


@EVERY
def test_each_task_names_a_section_that_the_lesson_has(one):
    headings = re.findall(r"^#+ (.*)$", course_file("docs/lesson.md").read_text("utf-8"), re.MULTILINE)
    assert one.lesson in headings


@EVERY
def test_the_table_of_the_lesson_says_where_a_task_is_taught_and_how_long_it_takes(one):
    lesson = course_file("docs/lesson.md").read_text("utf-8")
    anchor = re.sub(r"[^\w\- ]", "", one.lesson.lower()).replace(" ", "-")
    assert f"| {one.id} `{one.function}` | {one.minutes} min | [{one.lesson}](#{anchor}) |" in lesson


@EVERY
def test_the_section_of_a_task_teaches_it_on_code_that_runs_and_is_not_the_answer(one):
    lesson = course_file("docs/lesson.md").read_text("utf-8")
    section = lesson.partition(f"#### {one.lesson}\n")[2].partition("\n##")[0].partition("\n#### ")[0]
    assert "```python" in section
    solution = ast.parse(course_file("solution.py").read_text("utf-8"))
    (answer,) = [ast.unparse(node.body[1:]) for node in solution.body if getattr(node, "name", "") == one.function]
    taught = {ast.unparse(ast.parse(block)) for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL)}
    assert not any(answer in block for block in taught)
    assert f"def {one.function}(" not in "".join(taught)


@EVERY
def test_each_task_serves_outcomes_and_has_an_https_page(one):
    assert one.outcomes
    assert set(one.outcomes) <= set(range(1, 19))
    assert one.doc.startswith("https://")


@EVERY
def test_the_first_hints_hold_no_code_and_no_hint_is_empty(one):
    assert min(len(text) for text in (one.hints.goal, one.hints.look, one.hints.api, one.hints.example)) > 60
    assert "def " not in one.hints.goal + one.hints.look + one.hints.api
    assert "(" not in one.hints.goal.replace("(trust)", "").replace("(permissions)", "")


@EVERY
def test_the_worked_example_is_a_sibling_and_runs_on_the_local_cloud(one, tmp_path, monkeypatch, capsys):
    defined = {node.name for node in ast.parse(one.hints.example).body if isinstance(node, ast.FunctionDef)}
    assert defined.isdisjoint(other.function for other in tasks())
    monkeypatch.chdir(tmp_path)
    with local_cloud.local(seed=1):
        exec(compile(one.hints.example, f"hint {one.id}", "exec"), {"__name__": "hint"})
    assert capsys.readouterr().out.strip()


@EVERY
@pytest.mark.parametrize("kind", ["does_nothing", "equals_everything", "raises_everything_always"])
def test_each_task_is_measured_with_answers_that_fake_and_may_earn_nothing(one, kind):
    folder = ROOT / "tests" / "variants" / "chaffs" / f"ex{one.exercise}"
    heads = [path.read_text("utf-8").partition("\n")[0] for path in folder.glob(f"{one.id}_*_{kind}.py")]
    assert any("; earns 0;" in head for head in heads)


def test_every_mistake_that_a_check_names_is_in_the_table():
    text = "\n".join(file.read_text("utf-8") for file in graded_files())
    named = set(re.findall(r"""["']([A-Z]\d{1,2})["']""", text))
    assert named <= mistakes().keys()


def test_every_mistake_in_the_table_has_a_name_and_a_hint():
    assert all(one.name and one.hint and len(one.hint) < 120 for one in mistakes().values())


def test_tasks_are_found_by_id_and_by_function():
    assert task("1.3") is task("list_keys")
    assert [one.id for one in choose(["list_keys"], [5])] == ["1.3", "5.1", "5.2", "5.3", "5.4"]


@pytest.mark.parametrize(("ids", "numbers"), [(["9.9"], None), (None, [6])])
def test_what_does_not_exist_is_refused(ids, numbers):
    with pytest.raises(UsageError, match="there is no"):
        choose(ids, numbers)
