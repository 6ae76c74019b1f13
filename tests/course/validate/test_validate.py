"""The grader is measured by right and wrong answers, and what is measured wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from day89.course.exercise.files import course_file
from day89.course.exercise.graph import reaches, touched
from day89.course.exercise.tasks import task, tasks
from day89.course.results.results import CheckResult, SubmissionResult, TaskResult
from day89.course.validate import report
from day89.course.validate.measure import measure
from day89.course.validate.plan import judge_chaff, judge_wheat, mixes
from day89.course.validate.steady import flakes
from day89.course.validate.variants import Variant, build, find_variants, read_variant
from day89.errors import UsageError

CHAFF = "# task 1.3; mistake L2; wrong because it is\ndef list_keys(key):\n    return [key + '!']\n"
WHEAT = (
    "# task 1.3; right: another way\ndef list_keys(key):\n    if key == 'nowhere':\n        raise LookupError(key)\n"
)


def variant(folder: Path, text: str, name: str = "chaffs/ex1/1.3_L2_a.py") -> Variant:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return read_variant(path, folder)


def result(*checks: tuple[str, str | None]) -> SubmissionResult:
    """Return the verdict on a submission that failed these (task, mistake)."""
    every = [
        TaskResult(
            one.id,
            one.function,
            "core_incomplete",
            5,
            4.0,
            tuple(CheckResult("it", "core", 1, "failed", "why", mistake=m) for id, m in checks if id == one.id),
        )
        for one in tasks()
    ]
    return SubmissionResult("a.py", "0", "graded", None, 0.1, tuple(every))


def kinds(verdict) -> list[str]:
    return [miss.kind for miss in verdict.misses]


def test_a_header_says_task_mistakes_and_reason(tmp_path):
    found = variant(tmp_path, CHAFF.replace("L2;", "L2, L8; earns 0.5;"))
    assert (found.kind, found.task, found.mistakes, found.most) == ("chaff", "1.3", ("L2", "L8"), 0.5)
    assert found.about == "it is"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def list_keys(key): pass\n", "begin it with"),
        (CHAFF.replace("L2", "X99"), "no mistake has the id X99"),
        (CHAFF.replace("list_keys", "other"), "has to define list_keys"),
        (CHAFF.replace("return", "return )"), "line 3"),
        (WHEAT, "put a wheat into wheats/"),
    ],
)
def test_a_variant_that_is_not_what_it_should_be_is_refused(tmp_path, text, words):
    with pytest.raises(UsageError, match=words):
        variant(tmp_path, text)


def test_functions_are_replaced_and_helpers_added_in_front(tmp_path):
    text = CHAFF.replace("def list_keys", "import math\n\ndef helper():\n    return math.pi\n\n\ndef list_keys")
    built = build(
        "import os\n\ndef list_keys(key):\n    return 1\n\ndef rest():\n    return os\n", [variant(tmp_path, text)]
    )
    space: dict[str, object] = {}
    exec(built, space)
    assert space["list_keys"]("a") == ["a!"]
    assert {"helper", "rest", "math"} <= space.keys()


def test_what_a_task_calls_is_read_from_the_solution():
    graph = reaches(course_file("solution.py").read_text("utf-8"))
    assert [one.id for one in touched({"list_keys"}, graph, tasks())] == ["1.3", "1.4", "4.4", "5.1", "5.2", "5.4"]
    # An instance runs this very file: run_job by way of main.
    assert "4.4" in [one.id for one in touched({"run_job"}, graph, tasks())]


def test_no_mix_holds_two_answers_to_one_task_or_one_name_twice(tmp_path):
    helper = "\n\ndef helper():\n    return 1\n"
    wheats = [
        variant(tmp_path, WHEAT, "wheats/ex1/1.3_a.py"),
        variant(tmp_path, WHEAT + helper, "wheats/ex1/1.3_b.py"),
        variant(
            tmp_path, WHEAT.replace("1.3", "1.4").replace("list_keys", "delete_prefix") + helper, "wheats/ex1/c.py"
        ),
    ]
    found = mixes(wheats, tasks(), {})
    assert [[one.name for one in job.variants] for job in found] == [
        ["wheats/ex1/1.3_a.py", "wheats/ex1/c.py"],
        ["wheats/ex1/1.3_b.py"],
    ]


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        ([("1.3", "L2")], []),
        ([], ["false accept"]),
        ([("1.3", "L1")], ["wrong reason"]),
        ([("1.3", "L1"), ("1.3", "L2")], []),
        ([("1.3", "L2"), ("2.1", "B1")], ["other task"]),
    ],
)
def test_a_wrong_answer_has_to_lose_in_its_task_for_its_reason(tmp_path, failed, expected):
    assert kinds(judge_chaff(variant(tmp_path, CHAFF), result(*failed))) == expected


def test_a_fake_may_earn_no_more_than_its_header_says(tmp_path):
    fake = variant(tmp_path, CHAFF.replace("L2;", "L2; earns 0;"))
    assert kinds(judge_chaff(fake, result(("1.3", "L2")))) == ["false accept"]


def test_a_right_answer_may_lose_nothing_in_any_task(tmp_path):
    wheat = variant(tmp_path, WHEAT, "wheats/ex1/1.3_a.py")
    assert kinds(judge_wheat(wheat, result())) == []
    assert kinds(judge_wheat(wheat, result(("1.3", "L2"), ("4.4", "E3")))) == ["false reject", "false reject"]


def test_variants_are_graded_and_each_error_of_the_grader_is_told(tmp_path, small_checks, right):
    variants = [
        variant(tmp_path, CHAFF.replace("L2", "L13")),
        variant(tmp_path, right.replace("return [key]", "return [key]  # right").join(
            ["# task 1.3; mistake L2; wrong because it is not wrong\n", ""]), "chaffs/ex1/1.3_L2_b.py"),
        variant(tmp_path, WHEAT + "    return list((key,))\n", "wheats/ex1/1.3_a.py"),
        variant(tmp_path, WHEAT + "    return key\n", "wheats/ex1/1.3_b.py"),
    ]  # fmt: skip
    course = [task("1.3"), task("1.4")]
    seen: list[str] = []
    found = measure(right, variants, 1, 2, ("none", None), seen.append, small_checks, course)
    assert [(miss.file, miss.kind) for miss in found.misses] == [
        ("chaffs/ex1/1.3_L2_b.py", "false accept"),
        ("wheats/ex1/1.3_b.py", "false reject"),
    ]
    assert "wheats/ex1/1.3_b.py" in seen
    text = report.draw(found)
    assert "false accepts (wrong answers that keep their points): 1 of 2 = 50.0%, 95 % bounds 1.3% to 98.7%" in text
    assert "1.3 list_keys: 2 chaffs, 8 are wanted" in text
    assert "1.3: first, second, third" in text


FLAKY = """
import pytest
from day89.course.checks.expectations import expect
from day89.course.grading.plugin import SEED

@pytest.mark.task("1.3", "core", points=3)
def test_is_steady(task, names):
    expect(task.list_keys("a") == ["a"], called=task.last_call, expected=["a"], found="another")

@pytest.mark.task("1.3", "mastery", points=2)
def test_is_not(request, task, names):
    seed = request.config.stash[SEED]
    expect(task.list_keys("a") and seed != 8, called=task.last_call, expected="a", found=f"seed {seed}")
"""


def test_a_check_that_fails_with_one_seed_is_told_with_it(tmp_path):
    folder = tmp_path / "checks"
    folder.mkdir()
    (folder / "test_exercise_1.py").write_text(FLAKY)
    done = []
    found = flakes("def list_keys(key):\n    return [key]\n", [task("1.3")], 7, 3, 2, done.append, checks=folder)
    assert found == ["seed 8: is_not: called list_keys('a'); expected a; found seed 8"]
    assert sorted(done) == ["seed 7", "seed 8", "seed 9"]


def test_every_task_has_many_variants_and_each_file_can_be_read():
    found = find_variants(Path(__file__).parents[2] / "variants")
    counts = {(one.id, kind): 0 for one in tasks() for kind in ("wheat", "chaff")}
    for one in found:
        counts[one.task, one.kind] += 1
    few = [key for key, count in counts.items() if count < (4 if key[1] == "wheat" else 8)]
    assert few == []
    assert sum(count for (_, kind), count in counts.items() if kind == "wheat") >= 100
    assert sum(count for (_, kind), count in counts.items() if kind == "chaff") >= 200
