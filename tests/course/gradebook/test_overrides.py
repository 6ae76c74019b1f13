"""Decisions by hand are applied last, survive a regrade, and are shown beside what the grader found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from day89.cli import main
from day89.course.gradebook.overrides import apply, read_overrides, restore
from day89.errors import UsageError

RIGHT = """
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        return [item["Key"] for page in pages for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
"""
WRONG = RIGHT.replace("for page in pages", "for page in list(pages)[:1]")
DECISION = '[[override]]\nstudent = "ann"\ntask = "list_keys"\npoints = 4.5\ncomment = "the network was down"\n'


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    for name, text in {"ann": WRONG, "bob": RIGHT}.items():
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "exercise.py").write_text(text, encoding="utf-8")
    (tmp_path / "overrides.toml").write_text(DECISION, encoding="utf-8")
    options = ["--task", "1.3", "--isolation", "none", "--jobs", "1", "--json", str(tmp_path / "r.json")]
    return ["grade", str(tmp_path / "all"), *options]


def read(tmp_path: Path) -> dict[str, Any]:
    return json.loads((tmp_path / "r.json").read_text("utf-8"))


def test_one_student_is_graded_again_with_old_mark_and_decision_beside(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--overrides", str(tmp_path / "overrides.toml")]) == 0
    before = read(tmp_path)
    ann, bob = before["submissions"]
    was = ann["tasks"][0]["override"]["was"]
    assert (ann["score"], ann["tasks"][0]["earned"]) == (4.5, 4.5)
    assert was < 4.5

    (tmp_path / "all" / "ann" / "exercise.py").write_text(f"{RIGHT}\n# again\n", encoding="utf-8")
    assert main([*words, "--regrade", "ann"]) == 0
    after = read(tmp_path)
    assert after["submissions"][1] == bob
    again = after["submissions"][0]
    assert again["earlier"][0]["score"] == was
    assert again["earlier"][0]["sha256"] == ann["sha256"] != again["sha256"]
    assert again["tasks"][0]["override"] == {"was": 5, "comment": "the network was down"}
    assert again["score"] == 4.5
    assert after["seed"] == before["seed"]

    mailed = tmp_path / "mailed.py"
    mailed.write_text(RIGHT, encoding="utf-8")
    capsys.readouterr()
    assert main(["grade", str(mailed), *words[2:], "--regrade", "bob"]) == 0
    assert "bob/exercise.py: 5 before, 5 now" in capsys.readouterr().out
    assert read(tmp_path)["submissions"][1]["person"] == bob["person"]


@pytest.mark.parametrize("student", ["nobody", "exercise.py"])
def test_regrading_nobody_is_said(student: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--regrade", "ann"]) == 2
    assert "--json" in capsys.readouterr().err
    main(words)
    assert main([*words, "--regrade", student]) == 2
    assert "fits nobody" in capsys.readouterr().err


def entry(name: str, earned: float = 2.0) -> dict[str, Any]:
    tasks = [{"id": "1.3", "earned": earned}, {"id": "1.4", "earned": 5.0}]
    return {"path": f"{name}/exercise.py", "person": {"name": name}, "score": earned + 5.0, "tasks": tasks}


def test_applying_twice_is_applying_once(tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(
        '[[override]]\nstudent="Lee, Ana"\ntask="1.3"\npoints=4\ncomment="a"\n'
        '[[override]]\nstudent="bo/exercise.py"\npoints=1\ncomment="b"\n'
        '[[override]]\nstudent="cy"\npoints=1\ncomment="c"\n',
        encoding="utf-8",
    )
    graded = {"submissions": [entry("Ana Lee"), entry("bo")]}
    once, lost = apply(graded, read_overrides(path))
    assert [one["score"] for one in once["submissions"]] == [9.0, 1.0]
    assert len(lost) == 1
    assert "cy" in lost[0]
    assert apply(once, read_overrides(path))[0] == once
    assert [restore(one) for one in once["submissions"]] == graded["submissions"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[override]]\nstudent="a"\npoints=1', "comment"),
        ('[[override]]\nstudent="a"\npoints=true\ncomment="x"', "points"),
        ('[[override]]\nstudent="a"\npoints=-1\ncomment="x"', "points"),
        ('[[override]]\npoints=1\ncomment="x"', "student"),
        ('[[override]]\nstudent="a"\npoint=1\ncomment="x"', "no key point;"),
        ('[[override]]\nstudent="a"\npoints=1\ntask="9.9"\ncomment="x"', "9.9"),
        ('[override]\nstudent="a"', "\\[\\[override\\]\\]"),
        ("x", "cannot be read"),
    ],
)
def test_wrong_decisions_are_said_in_words(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_overrides(path)
