"""A resumed run knows what has changed; two runs can be compared."""

from __future__ import annotations

import copy
import json

import pytest

from day89.cli import main
from day89.course.commands.compare import compare
from day89.course.exercise.tasks import choose
from day89.course.grading.fingerprint import fingerprints, why_again

CHECKS = 'import pytest\nfrom support_a import x\n\n@pytest.mark.task("1.3", "core")\ndef test_a(task):\n    x(task)\n'


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the checks of two tasks."""
    (tmp_path / "support_a.py").write_text("def x(task):\n    task.list_keys()\n")
    (tmp_path / "test_exercise_1_list.py").write_text(CHECKS)
    (tmp_path / "test_exercise_1_delete.py").write_text(CHECKS.replace('"1.3"', '"1.4"').replace("support_a", "other"))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "changed"), [("test_exercise_1_list.py", {"1.3"}), ("support_a.py", {"1.3"}), ("other.py", {"1.4"})]
)
def test_a_fingerprint_changes_with_the_checks_of_its_task_and_what_they_import(folder, file, changed):
    tasks = choose(["1.3", "1.4"], None)
    before = fingerprints(tasks, folder)
    (folder / file).write_text("# changed\n" + ((folder / file).read_text() if (folder / file).exists() else ""))
    after = fingerprints(tasks, folder)
    assert {id for id in before if before[id] != after[id]} == changed


def entry(status="complete", outcome="passed", **more):
    check = {"name": "lists", "outcome": outcome, "passed": outcome == "passed", "status": outcome, "message": None}
    task = {"id": "1.3", "function": "list_keys", "status": status, "points": 5.0, "earned": 5.0, "checks": [check]}
    one = {"path": "ana.py", "sha256": "00", "status": "graded", "message": None, "score": 5.0, "max_score": 5.0}
    return one | {"tasks": [task], "fingerprint": {"1.3": "a"}} | more


@pytest.mark.parametrize(
    ("one", "wanted", "why"),
    [
        (entry(), {"1.3": "a"}, None),
        (entry(), {"1.3": "b"}, "1.3 changed"),
        (entry(status="not_started"), {"1.3": "b"}, None),
        (entry(outcome="not_run"), {"1.3": "a"}, "checks had not been judged"),
        (entry(outcome="blocked"), {"1.3": "a"}, None),
        (entry(), {"1.3": "a", "1.4": "a"}, "other tasks are asked for"),
        (entry(fingerprint=None), {"1.3": "a"}, "1.3 changed"),
    ],
)
def test_only_what_does_not_hold_any_more_is_graded_again(one, wanted, why):
    assert why_again(one, wanted) == why


def test_compare_says_whose_marks_changed_by_which_check_and_why():
    old = {"submissions": [entry(), entry(path="ben.py")]}
    new = copy.deepcopy(old)
    task = new["submissions"][0]["tasks"][0]
    task["earned"], new["submissions"][0]["score"] = 0.0, 0.0
    task["checks"][0] |= {"status": "failed", "passed": False, "message": "called list_keys(); found 3"}
    new["submissions"][0]["fingerprint"] = {"1.3": "b"}
    assert list(compare(old, new)) == [
        "ana.py: 5 -> 0 of 5",
        "  1.3 list_keys: 5 of 5 -> 0 of 5 (the task's checks, entry or course version changed)",
        "    lists: passed -> failed: called list_keys(); found 3",
    ]


def test_compare_reads_result_files_and_refuses_others(tmp_path, capsys):
    (tmp_path / "a.json").write_text(json.dumps({"submissions": [entry()]}))
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "a.json")]) == 0
    assert capsys.readouterr().out == "0 of 1 submissions differ\n"
    (tmp_path / "b.json").write_text("[]")
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 2
