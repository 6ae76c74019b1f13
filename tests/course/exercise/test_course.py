"""A course of one's own is read from course.toml; what is wrong in it is said with the place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from day89.course.exercise.course import read_course
from day89.errors import UsageError

GOOD = """
title = "Buckets"
data = ["mine.csv"]
first_hour = ["1.1", "3.2"]
[exercises]
1 = "Only one"
[tasks]
"1.1" = { points = 2.5, minutes = 6 }
"1.21" = { points = 1, minutes = 1 }
"""


def written(folder: Path, text: str) -> Path:
    (folder / "mine.csv").write_text("a\n", encoding="utf-8")
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_course_names_its_tasks_points_and_data(tmp_path: Path) -> None:
    found = read_course(written(tmp_path, GOOD))
    assert {id: use.points for id, use in found.tasks.items()} == {"1.1": 2.5, "1.21": 1}
    assert found.first_hour == ("1.1",), "a task that is not used is left out of the first hour"
    assert (found.exercises, found.data) == ({1: "Only one"}, ("mine.csv",))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title =", "name =", "no key name; keys are title"),
        ('title = "Buckets"', "", "title is missing"),
        ("points = 2.5", "points = 0", "task 1.1: points is a number above 0"),
        ("points = 2.5", "point = 2", "task 1.1: there is no key point"),
        ("{ points = 2.5, minutes = 6 }", "5", "write { points"),
        ('"1.21"', '"2.1"', "task 2.1 belongs to exercise 2"),
        ("1 = ", "one = ", "exercises are numbered"),
        ("mine.csv", "theirs.csv", "theirs.csv, which is not there"),
        ('["mine.csv"]', '"mine.csv"', "data is a list"),
        ("[tasks]", "[tasks", "cannot be read"),
    ],
)
def test_wrong_course_is_said_in_words(old: str, new: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_course(written(tmp_path, GOOD.replace(old, new, 1)))
    assert says in str(caught.value)
    assert "course.toml" in str(caught.value)
