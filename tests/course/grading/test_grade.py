"""What happens to a submission is found out from outside, and costs only the check that was running."""

from __future__ import annotations

import os

import pytest

from day89.course.exercise.tasks import choose
from day89.course.grading.grade import grade
from day89.course.results.results import SubmissionResult


def outcomes(result: SubmissionResult) -> list[str]:
    return [check.outcome for check in result.tasks[0].checks]


def test_right_answers_earn_all_points(graded, right):
    result = graded(right, ["1.3", "1.4"])
    assert (result.status, result.score, result.max_score) == ("graded", 10, 10)
    assert [task.status for task in result.tasks] == ["complete", "complete"]


def test_a_wrong_answer_loses_the_points_of_its_check_and_says_why(graded, right):
    result = graded(right.replace("return [key]", 'return ["a"]'))
    assert (result.tasks[0].status, result.score) == ("core_incomplete", 4)
    failed = next(check for check in result.tasks[0].checks if not check.passed)
    assert failed.name == "second"
    assert "called list_keys('" in failed.message
    assert "found ['a']" in failed.message


def test_the_mistake_of_a_check_is_in_the_result(graded):
    result = graded("def list_keys(key): return []")
    assert result.tasks[0].checks[0].mistake == "L13"


def test_an_error_of_the_learner_is_told_with_its_line(graded):
    result = graded("def list_keys(key):\n    return {}[key]\n")
    found = result.tasks[0].checks[0]
    assert found.message == "called list_keys('a'); expected a result; it raised KeyError: 'a'"
    assert (found.called, found.expected, found.found) == ("list_keys('a')", "a result", "it raised KeyError: 'a'")
    assert (found.line, found.code) == (2, "return {}[key]")


def test_a_stub_is_not_started_and_not_run(graded):
    result = graded('def list_keys(key):\n    """Doc."""\n    raise NotImplementedError("Task 1.3")\n')
    assert (result.tasks[0].status, result.tasks[0].checks) == ("not_started", ())


def test_a_task_that_raises_not_implemented_is_not_started_and_the_rest_of_it_is_skipped(graded):
    result = graded("def list_keys(key):\n    print(key)\n    raise NotImplementedError('Task 1.3')\n")
    assert result.tasks[0].status == "not_started"
    assert outcomes(result) == ["not_started"] * 3


def test_a_task_that_is_skipped_leaves_the_next_file_of_checks_alone(graded, right, tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_exercise_1_later.py").write_text(
        'import pytest\n@pytest.mark.task("1.4", "core")\ndef test_x(task):\n    assert task.delete_prefix() == 7\n'
    )
    checks = """
import pytest
@pytest.mark.task("1.3", "core", points=3)
def test_first(task):
    task.list_keys("a")
@pytest.mark.task("1.3", "mastery", points=2)
def test_second(task):
    task.list_keys("b")
"""
    source = right + "def list_keys(key):\n    print(key)\n    raise NotImplementedError('Task 1.3')\n"
    result = graded(source, ["1.3", "1.4"], checks=checks)
    assert (result.status, result.message) == ("graded", None)
    assert [task.status for task in result.tasks] == ["not_started", "complete"]


def test_a_case_left_open_in_a_started_task_is_a_failure(graded):
    result = graded(
        "def list_keys(key):\n    if key != 'a':\n        raise NotImplementedError('later')\n    return ['a']\n"
    )
    assert result.tasks[0].status == "core_incomplete"
    assert outcomes(result) == ["passed", "failed", "failed"]


def test_an_answer_that_calls_a_stub_names_the_stub(graded):
    source = "def list_keys(key): return run_job()\ndef run_job(): raise NotImplementedError('Task 4.1')\n"
    assert "it needs run_job first" in graded(source).tasks[0].checks[0].message


def test_a_missing_function_fails_in_words_and_the_others_are_judged(graded):
    result = graded("def delete_prefix():\n    return 7\n", ["1.3", "1.4"])
    assert [task.status for task in result.tasks] == ["core_incomplete", "complete"]
    assert "answers.py has no function list_keys" in result.tasks[0].checks[0].message


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        ("while True: pass", "timeout", "within 2 s; found it still running in list_keys (answers.py line 3)"),
        (
            "import time\n        while True:\n            try: time.sleep(60)\n            except BaseException: pass",
            "timeout",
            "line 5",
        ),
        ("import os; os._exit(0)", "killed", "ended with exit status 0"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed", "killed by signal 11"),
        ("raise SystemExit(0)", "failed", "it raised SystemExit: 0"),
        ("raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
        ("import pytest; pytest.exit('done', returncode=0)", "failed", "it raised Exit"),
        ("import pytest; pytest.skip('not today')", "failed", "it raised Skipped"),
        ("return list_keys(key)", "failed", "RecursionError"),
        ("print('x' * 50_000_000)\n        return ['b']", "failed", "found ['b']"),
    ],
)
def test_what_ends_or_blocks_a_run_costs_only_its_check(graded, body, outcome, words):
    rest = "    if key == 'nowhere': raise LookupError(key)\n    return [key]\n"
    result = graded(f"def list_keys(key):\n    if key == 'a':\n        {body}\n{rest}")
    assert outcomes(result) == [outcome, "passed", "passed"]
    assert words in result.tasks[0].checks[0].message
    assert (result.status, result.score) == ("graded", 3)


def test_what_a_killed_child_started_is_ended_with_it(graded, tmp_path):
    marker = tmp_path / "pid"
    start = "    child = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
    note = f"    pathlib.Path({str(marker)!r}).write_text(str(child.pid))\n    while True: pass\n"
    graded("import subprocess, pathlib\ndef list_keys(key):\n" + start + note)
    assert not is_alive(int(marker.read_text()))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def list_keys(key:\n    pass\n", "line 1"),
        ("import no_such_module\ndef list_keys(k): return k\n", "answers.py line 1: ModuleNotFoundError"),
        ("def list_keys(k): return k\n1 / 0\n", "answers.py line 2: ZeroDivisionError"),
        ("raise SystemExit(0)\n", "leaves the interpreter"),
        ("", "is empty"),
        (b"x = '\xff'\n", "line 1 is not UTF-8"),
        (b"x = 1\0\n", "null bytes"),
        ("# -*- coding: latin-1 -*-\nx = 1\n", "save it as UTF-8"),
        ("x = 1\n" * 60_000, "larger than 256 KB"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(graded, source, words):
    result = graded(source)
    assert (result.status, result.score) == ("unreadable", 0)
    assert words in result.message


def test_a_missing_file_is_one_sentence(tmp_path):
    result = grade(tmp_path / "none.py", choose(["1.3"], None), 1)
    assert (result.status, result.sha256) == ("unreadable", None)
    assert "is not there" in result.message


def test_a_submission_that_leaves_while_it_is_imported_is_killed_not_passed(graded):
    result = graded("import os\nos._exit(0)\n")
    assert (result.status, result.score) == ("killed", 0)
    assert "while it was imported" in result.message


def test_an_error_of_a_check_is_a_fault_of_the_tool(graded, right):
    broken = "import pytest\n@pytest.mark.task('1.3', 'core', points=5)\ndef test_it(task):\n    {}['x']\n"
    result = graded(right, checks=broken)
    assert result.status == "tool_error"
    assert "the check itself broke" in result.tasks[0].checks[0].message


def test_a_check_that_cannot_be_collected_is_a_fault_of_the_tool(graded, right):
    assert graded(right, checks="import no_such_module\n").status == "tool_error"


def test_a_task_without_checks_is_a_fault_of_the_tool(graded, right):
    result = graded(right, ["1.1"])
    assert result.status == "tool_error"


def test_the_same_seed_gives_the_same_verdict(graded):
    source = "def list_keys(key): return [key + '!']\n"
    first, second = graded(source), graded(source)
    assert [check.message for check in first.tasks[0].checks] == [check.message for check in second.tasks[0].checks]


def test_checks_run_in_an_order_that_the_seed_decides(tmp_path, right, supervisor):
    path, folder, orders = tmp_path / "answers.py", tmp_path / "checks", {}
    path.write_text(right)
    folder.mkdir()
    names = [f"test_{letter}" for letter in "abcdef"]
    head = "import pytest\npytestmark = pytest.mark.task('1.3', 'core', points=1)\n"
    body = "".join(f"def {name}(task): task.list_keys('a')\n" for name in names)
    (folder / "test_exercise_1.py").write_text(head + body)
    for seed, shuffle in ((1, False), (1, True), (2, True)):
        seen = orders[seed, shuffle] = []
        tasks = choose(["1.3"], None)
        note = lambda check, result, seen=seen: seen.append(check.name)  # noqa: E731
        grade(path, tasks, seed, checks=folder, supervisor=supervisor, watch=note, shuffle=shuffle)
    assert orders[1, False] == list("abcdef")
    assert len({tuple(order) for order in orders.values()}) == 3
    assert all(sorted(order) == list("abcdef") for order in orders.values())
