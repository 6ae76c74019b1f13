"""One check is run again as the grader did, and its whole story is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.exercise.asks import sentence_for
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import task

FIRST_PAGE = """
def list_keys(s3, bucket, prefix=""):
    print("one page is enough")
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
"""
NAME = "lists_more_than_1000_keys"


@pytest.fixture
def answers(tmp_path):
    """Return a file with one wrong answer."""
    path = tmp_path / "ana.py"
    path.write_text(Path(course_file("solution.py")).read_text("utf-8") + FIRST_PAGE, "utf-8")
    return path


def results(path, target, status):
    """Write a result file that says something of one check."""
    found = {"id": "1.3", "checks": [{"name": NAME, "status": status}]}
    one = {"path": "ana.py", "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "tasks": [found]}
    target.write_text(json.dumps({"schema": 2, "seed": 3, "submissions": [one]}))
    return str(target)


@pytest.mark.parametrize(("says", "status"), [("failed", 0), ("passed", 1)])
def test_the_story_of_a_check_has_its_calls_and_is_compared_with_the_result_file(
    answers, tmp_path, capsys, says, status
):
    file = results(answers, tmp_path / "r.json", says)
    assert main(["explain", str(answers), "--check", NAME, "--results", file, "--isolation", "none"]) == status
    told = capsys.readouterr().out
    assert f"1.3 list_keys, {NAME}: failed (mastery" in told
    assert "asked for   “All pages count" in told
    assert "known mistake: one page taken for all" in " ".join(told.split())
    assert "1 ListObjectsV2" in told
    assert "1,000 keys, IsTruncated=true" in told
    assert "one page is enough" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--check", "no_such_check", "--seed", "1"], "no task has a check no_such_check"),
        (["--check", NAME], "name the seed"),
        (["--check", NAME, "--results", "nowhere.json"], "is no result file"),
    ],
)
def test_what_cannot_be_explained_is_said(answers, capsys, words, said):
    assert main(["explain", str(answers), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("id", "level", "words", "start"),
    [
        ("1.4", "core", "refuses an empty prefix", "An empty prefix: ``ValueError``"),
        ("1.4", "mastery", "older versions stay versioning", "With versioning"),
        ("2.1", "mastery", "forbidden bucket of somebody else", "Somebody else's"),
    ],
)
def test_the_sentence_that_asks_for_a_check_is_found(id, level, words, start):
    assert sentence_for(task(id), level, words).startswith(start)
