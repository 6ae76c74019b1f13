"""A sample of the right and wrong answers in every run of the suite; ``day89 validate`` grades them all."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from shipped import SHIPPED

from day89.course.boundary.choose import choose_isolation
from day89.course.commands import validate
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import choose, tasks
from day89.course.grading.grade import grade
from day89.course.validate.measure import SLOW, measure
from day89.course.validate.variants import Variant, build, find_variants

ROOT = Path(__file__).parents[3]
SEED = 89


@pytest.fixture(scope="module")
def variants() -> tuple[Variant, ...]:
    return find_variants(ROOT / "tests" / "variants")


def test_a_wrong_answer_to_each_task_loses_and_right_ones_do_not(variants):
    chaffs = {one.task: one for one in variants if one.kind == "chaff" and one.task not in SLOW}
    wheats = [one for one in variants if one.kind == "wheat" and one.task == "2.3"]
    solution = course_file("solution.py").read_text("utf-8")
    found = measure(solution, [*chaffs.values(), *wheats], SEED, 2, ("none", None), lambda name: None)
    assert found.misses == ()
    assert len(found.of("chaff")) == len([one for one in tasks() if one.id not in SLOW])
    assert len(found.of("wheat")) == len(wheats)


@pytest.mark.skipif(sys.platform != "linux", reason="a jail is to be had on Linux only")
def test_a_right_answer_that_works_in_the_systems_temporary_folder_keeps_its_points_across_the_boundary(
    variants, tmp_path
):
    (variant,) = [one for one in variants if one.name == "wheats/ex4/run_job_files.py"]
    path = tmp_path / "exercise.py"
    path.write_text(build(course_file("solution.py").read_text("utf-8"), [variant]), "utf-8")
    _, confinement = choose_isolation("strict", cohort=False)
    found = grade(path, choose([variant.task], None), SEED, confinement=confinement)
    assert (found.score, found.message) == (found.max_score, None)


@SHIPPED
def test_the_published_table_counts_the_variants_that_there_are_and_holds_no_miss(variants):
    text = (ROOT / "docs" / "grader.md").read_text("utf-8")
    table = text.partition(validate.BEGIN)[2].partition(validate.END)[0]
    rows = re.findall(r"^\| (\d\.\d) \| `\w+` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", table, re.MULTILINE)
    counted = {id: (int(right), int(wrong)) for id, right, _, wrong, _, _ in rows}
    there = {id: [one.kind for one in variants if one.task == id] for id in counted}
    assert counted == {id: (kinds.count("wheat"), kinds.count("chaff")) for id, kinds in there.items()}
    assert len(rows) == 20
    assert {(rejected, accepted, other) for _, _, rejected, _, accepted, other in rows} == {("0", "0", "0")}
