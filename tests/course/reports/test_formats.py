"""The report draws what was found, and nothing that a submission printed gets at the terminal."""

from __future__ import annotations

import ast
import io
from dataclasses import replace

from day89.course.exercise.tasks import tasks
from day89.course.learn.plain import changed
from day89.course.reports.causes import causes
from day89.course.reports.failure import as_lines
from day89.course.reports.progress import ProgressLine
from day89.course.reports.terminal import clean, draw, wants_color
from day89.course.results.results import Check, CheckResult, Results, SubmissionResult, TracedCall, judge_task


def check(name: str, outcome: str, message: str | None = None, mistake: str | None = None) -> CheckResult:
    return CheckResult(name, "core", 1.0, outcome, message, mistake=mistake, seconds=0.1)


def expected(name: str) -> Check:
    return Check(f"t.py::test_{name}", name, "1.3", "core", 1.0, 10.0)


def report(*found: CheckResult, color: bool = False) -> str:
    return draw(results_of(*found), color=color)


def results_of(*found: CheckResult) -> Results:
    verdict = judge_task(
        "1.3", "list_keys", 5.0, [expected(one.name) for one in found], {f"t.py::test_{one.name}": one for one in found}
    )
    return Results(7, "none", (SubmissionResult("exercise.py", "00", "graded", None, 1.0, (verdict,)),))


def test_what_works_is_said_before_what_does_not():
    text = report(check("lists", "passed"), check("pages", "failed", "called x; expected 5; found 3", "L2"))
    assert text.index("What works: in 1.3 1 of 2 checks pass.") < text.index("- pages (core)")
    assert "(known mistake: one page taken for all)" in " ".join(text.split())
    assert "Stuck? day89 hint 1.3" in text
    assert "Total: 2.5 of 5 points (1 core incomplete)" in text
    assert "Next: correct list_keys" in text


def test_the_same_error_at_the_same_line_is_told_once_in_whatever_tasks_it_comes_up():
    told = {"found": "it raised KeyError: 'a'", "line": 7, "level": "core", "mistake": None, "passed": False}
    tasks = [
        {"id": id, "status": "core_incomplete", "checks": [told | {"name": f"c{number}"} for number in range(count)]}
        for id, count in (("4.3", 3), ("4.4", 2))
    ]
    (cause,) = causes(tasks)
    assert (cause.task, cause.check["name"], cause.also) == ("4.3", "c0", "also fails: 2 checks, 4.4")


def test_core_is_told_before_mastery_and_a_mistake_once_a_task():
    names = (("a", "mastery", "L2"), ("b", "core", "L13"), ("c", "mastery", "L2"))
    checks = [{"name": n, "level": level, "mistake": m, "passed": False, "line": None} for n, level, m in names]
    found = causes([{"id": id, "status": "core_incomplete", "checks": checks} for id in ("1.3", "1.4")])
    assert [(one.task, one.check["name"], one.also) for one in found] == [
        ("1.3", "b", ""), ("1.3", "a", "also fails: 1 check"), ("1.4", "b", ""), ("1.4", "a", "also fails: 1 check")
    ]  # fmt: skip


def test_the_first_failure_is_told_and_the_others_are_counted():
    text = report(*(check(f"c{number}", "failed", f"message {number}") for number in range(6)))
    assert text.count("message ") == 1
    assert "message 0" in text
    assert "and 5 more" in text


def test_a_core_failure_comes_before_a_mastery_one():
    text = report(
        replace(check("pages", "failed", "message 1"), level="mastery"), check("lists", "failed", "message 2")
    )
    assert "message 2" in text
    assert "message 1" not in text


def test_calls_prices_and_prints_stand_under_the_failure():
    calls = (
        TracedCall(1, "ListObjectsV2", "a/", "200, 3 keys, IsTruncated=true", 5e-06, "Bucket='b'", truncated=True),
    )
    text = report(replace(check("pages", "failed", "message"), calls=calls, printed="MARK\n" * 30))
    assert "1 ListObjectsV2  a/ -> 200, 3 keys, IsTruncated=true" in text
    assert "$0.000005 in all" in text
    assert "no call for the next page" in text
    assert text.count("MARK") == 10


def test_nothing_is_wider_than_a_narrow_terminal():
    text = draw(results_of(check("lists", "failed", "called list_keys('one', 'two'); expected a long list")), width=60)
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 60
    assert "Exercise 1: S3 operations" in text


def test_lines_are_80_columns_wide_at_most():
    text = report(check("lists", "failed", "called list_keys(" + "'word', " * 60 + ")"))
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 80


def test_control_characters_do_not_reach_the_terminal():
    text = report(check("lists", "failed", "red \x1b[31m, back \r, bell \x07, reversed \u202e, title \x1b]0;x\x07"))
    assert not set("\x1b\r\x07\u202e") & set(text)
    assert clean("a\nb") == "a\nb"


def test_color_is_for_terminals_without_no_color(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert wants_color(Terminal())
    assert not wants_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Terminal())
    assert "\x1b[31m" in report(check("lists", "failed", "no"), color=True)


def test_progress_is_silent_where_there_is_no_terminal():
    stream = io.StringIO()
    with ProgressLine(stream, "exercise.py") as progress:
        progress.check(expected("lists"), check("lists", "passed"))
    assert stream.getvalue() == ""


def test_a_check_that_has_not_reported_is_not_judged():
    verdict = judge_task(
        "1.3", "list_keys", 5.0, [expected("a"), expected("b")], {"t.py::test_a": check("a", "passed")}
    )
    assert (verdict.status, verdict.earned) == ("core_incomplete", 5.0)
    assert verdict.checks[1].message == "this check did not report"


def test_points_are_weights_that_add_up_to_what_the_task_is_worth():
    heavy = Check("t.py::test_b", "b", "1.3", "mastery", 3.0, 10.0)
    found = {"t.py::test_a": check("a", "passed"), "t.py::test_b": replace(check("b", "failed", "no"), level="mastery")}
    verdict = judge_task("1.3", "list_keys", 2.0, [expected("a"), heavy], found)
    assert (verdict.status, verdict.points, verdict.earned) == ("core_done", 2.0, 0.5)
    assert [one.points for one in verdict.checks] == [0.5, 1.5]


def test_a_task_of_which_nothing_was_judged_counts_for_nothing():
    verdict = judge_task("1.3", "list_keys", 5.0, [expected("a")], {"t.py::test_a": check("a", "tool_error", "broke")})
    assert (verdict.earned, verdict.max_points, verdict.not_judged) == (0.0, 0.0, 1)
    assert verdict.checks[0].as_json()["status"] == "not_judged"


def test_a_failure_takes_8_lines_at_most_and_shows_all_its_parts():
    told = {
        "called": "f(" + "'word', " * 60 + ")",
        "expected": "x " * 200,
        "found": "y " * 200,
        "line": 3,
        "code": "f()",
    }
    told |= {"mistake": "L2", "evidence": [f"console line {number}" for number in range(9)]}
    lines = as_lines(told, 74)
    assert len(lines) <= 8
    assert {line[:10].strip() for line in lines if line[:1] != " "} == {
        "line", "called", "expected", "found", "seen", "try"
    }  # fmt: skip
    assert "console line 8" in "\n".join(lines)


def test_no_checks_are_no_pass():
    assert judge_task("1.3", "list_keys", 5.0, [], {}).status == "core_incomplete"


def test_watching_grades_the_tasks_that_changed_first():
    before = ast.parse("def upload_file(): return 1\ndef list_keys(): return 1\n")
    after = ast.parse("# a comment\ndef upload_file(): return 1\ndef list_keys(): return 2\n")
    assert [task.id for task in changed(before, after, tasks())] == ["1.3"]
    assert changed(None, after, tasks()) == ()
