"""What is inconsistent in tasks and checks stops with a sentence: ``day89 course check`` lists it."""

from __future__ import annotations

import copy
import shutil
import tomllib
from importlib import resources

import pytest

from day89.cli import main
from day89.course.exercise.files import checks_folder
from day89.course.exercise.table import problems
from day89.course.exercise.tasks import Task, choose
from day89.course.grading.grade import grade
from day89.course.results.results import Check, CheckResult, judge_task

TABLE = tomllib.loads(resources.files("day89.course").joinpath("tasks.toml").read_text("utf-8"))


def test_the_course_is_consistent(capsys):
    assert main(["course", "check"]) == 0
    assert "20 tasks" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("id", "one", "the id is a number of an exercise"),
        ("id", "1.2", "the id 1.2 stands 2 times"),
        ("form", "gap", "the form is 'gap'"),
        ("pionts", 5, "pionts is no field of a task"),
    ],
)
def test_a_table_that_is_inconsistent_is_told_in_a_sentence(name, value, said):
    table = copy.deepcopy(TABLE)
    table["task"][0][name] = value
    assert any(said in sentence for sentence in problems(table, Task))


def test_a_missing_field_is_named():
    table = copy.deepcopy(TABLE)
    del table["task"][3]["function"]
    assert problems(table, Task) == ["tasks.toml, task 1.4: function is missing"]


@pytest.fixture
def checks(tmp_path):
    """Return a copy of the course's checks."""
    return shutil.copytree(checks_folder(), tmp_path / "checks", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('task("1.3", "core"', 'task("1.9", "core"', "is marked for task 1.9, which is not in tasks.toml"),
        ('task("1.3", "mastery"', 'task("1.3", "masterly"', "with the level masterly"),
        ("import pytest\n", "import pytset\n", "cannot be imported"),
        ('"L13"', '"L99"', "there is no mistake L99"),
    ],
)
def test_a_check_that_is_marked_wrongly_or_not_importable_is_named(checks, capsys, before, after, said):
    file = checks / "test_exercise_1_list.py"
    file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")
    assert main(["course", "check", "--checks", str(checks)]) == 1
    assert said in capsys.readouterr().out


MARKED = """
import pytest

@pytest.mark.task("1.3", "core", points=1)
def test_first(task):
    task.list_keys("a")

@pytest.mark.task("1.33", "core", points=1)
def test_second(task):
    task.list_keys("b")
"""


def test_grading_stops_with_a_sentence_where_a_mark_is_wrong(tmp_path, supervisor):
    (tmp_path / "answers.py").write_text("def list_keys(key):\n    return [key]\n")
    (tmp_path / "test_exercise_1.py").write_text(MARKED)
    result = grade(tmp_path / "answers.py", choose(["1.3"], None), 1, checks=tmp_path, supervisor=supervisor)
    assert result.status == "tool_error"
    assert "test_second is marked for task 1.33, which is not in tasks.toml" in result.message


def test_a_failing_answer_gets_its_share_of_whatever_the_task_is_worth():
    checks = [Check(name, name, "1.3", "core", weight, 10) for name, weight in (("a", 3), ("b", 2))]
    found = {"a": CheckResult("a", "core", 3, "passed"), "b": CheckResult("b", "core", 2, "failed")}
    assert judge_task("1.3", "list_keys", 2.0, checks, found).earned == 1.2
