"""The report before the lecture counts failures, names people, finds where the class lies and files that are alike."""

from __future__ import annotations

from typing import Any

from day89.course.exercise.shape import shape_of
from day89.course.reports import lecture
from day89.course.reports.html import render
from day89.course.reports.who import decisions, facts, shown_name

PAGES = '''
def list_keys(s3, bucket: str, prefix=""):
    """List."""
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):  # none
            found.append(item["Key"])
    return found
'''
RENAMED = PAGES.replace("found", "keys").replace("  # none", "").replace('    """List."""\n', "")
OTHER = PAGES.replace("found.append", "found.insert")


def check(name: str, *, passed: bool = False, mistake: str | None = None, found: str = "x") -> dict[str, Any]:
    status = "passed" if passed else "failed"
    told = {"called": "f()", "expected": "y", "found": found, "evidence": [], "message": "", "line": 1, "code": "c"}
    return {"name": name, "level": "core", "points": 1, "passed": passed, "status": status, "mistake": mistake} | told


def entry(name: str, score: float, *checks: dict[str, Any], shape: dict[str, Any] | None = None) -> dict[str, Any]:
    task = {"id": "1.3", "function": "list_keys", "status": "core_incomplete", "points": 5.0, "earned": 1.0}
    task |= {"checks": list(checks)}
    one = {"path": f"{name}/exercise.py", "person": {"name": name}, "status": "graded", "message": None, "score": score}
    return one | {"max_score": 100.0, "seconds": 1.0, "sha256": "0", "tasks": [task], "shape": shape}


def results(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"schema": 2, "course": "day89", "seed": 1, "isolation": "none", "submissions": list(entries)}


def test_failures_are_counted_with_the_example_of_the_most_common_mistake() -> None:
    data = results(
        entry("ann", 1, check("pages", mistake="L2", found="2"), check("order", passed=True)),
        entry("bob", 1, check("pages", mistake="L1", found="None")),
        entry("cid", 1, check("pages", mistake="L2", found="3")),
        entry("dan", 1, check("pages", passed=True)),
    )
    (one,) = lecture.check_failures(data)
    assert (one.name, one.failed, one.judged, one.people) == ("pages", 3, 4, ["ann", "bob", "cid"])
    assert one.example["found"] == "2"
    assert {mistake: people for mistake, (people, _) in lecture.people_by_mistake(data).items()} == {
        "L2": ["ann", "cid"],
        "L1": ["bob"],
    }


def test_zoom_shows_where_the_class_lies_and_nothing_where_that_is_everywhere() -> None:
    near = results(*(entry(str(number), 70 + number % 10) for number in range(40)), entry("late", 1))
    bins = lecture.zoomed(near)
    assert (round(bins[0][0]), round(bins[-1][1])) == (70, 79)
    assert 36 <= sum(count for _, _, count in bins) <= 40
    assert lecture.zoomed(results(*(entry(str(number), number * 2.5 + 1) for number in range(40)))) == []
    assert lecture.zoomed(results(entry("one", 50))) == []


def test_shape_is_the_same_after_renaming_and_another_after_a_change() -> None:
    first, renamed, other = (shape_of(text.encode()) for text in (PAGES, RENAMED, OTHER))
    assert first
    assert renamed
    assert other
    assert first["functions"] == renamed["functions"]
    assert first["functions"] != other["functions"]
    assert shape_of(PAGES.replace("\n    for", "\n\n    # why\n    for", 1).encode())["file"] == first["file"]  # type: ignore[index]
    assert shape_of(b"def f(:") is None
    assert shape_of(b"(" * 5000) is None


def test_files_that_are_alike_are_a_hint() -> None:
    def shape(file: str, **functions: str) -> dict[str, Any]:
        return {"file": file, "functions": functions}

    many = {name: name for name in "abcdef"}
    data = results(
        entry("ann", 1, shape=shape("1", **many)),
        entry("bob", 1, shape=shape("1", **many)),
        entry("cid", 1, shape=shape("2", **{**many, "a": "other"})),
        *(
            entry(f"x{number}", 1, shape=shape(f"f{number}", **{n: f"{n}{number}" for n in many}))
            for number in range(20)
        ),
        entry("dan", 1, shape=None),
    )
    assert lecture.equal_files(data) == [["ann", "bob"]]
    assert [(pair.left, pair.right, pair.equal, pair.of) for pair in lecture.near_files(data)] == [
        ("ann", "cid", 5, 6),
        ("bob", "cid", 5, 6),
    ]
    page = render(data)
    assert "never a verdict" in page
    assert "ann; bob" in page


def test_the_usual_answer_makes_nobody_alike() -> None:
    usual = {"file": "", "functions": {name: name for name in "abcdef"}}
    data = results(*(entry(str(number), 1, shape={**usual, "file": str(number)}) for number in range(20)))
    assert lecture.near_files(data) == []


def test_who_and_what_was_decided_is_said() -> None:
    one = entry("ann", 4) | {"late": "yes", "attempt": 2, "group": "Heron"}
    one["tasks"][0]["override"] = {"was": 2.0, "comment": "the network"}
    assert shown_name(one) == "Heron"
    assert facts(one) == {
        **{"name": "ann", "id": "", "login": "", "email": ""},
        **{"group": "Heron", "attempt": "2", "submitted_at": "", "late": "yes"},
    }
    assert decisions(one) == ["1.3: changed by hand from 2: the network"]
    assert "the network" in render(results(one, entry("bob", 1)))
