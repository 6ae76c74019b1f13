"""What each key does, what is remembered, and that nothing goes on by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from day89.course.commands.stub import stub_text
from day89.course.exercise.tasks import Task, first_hour, task, tasks
from day89.course.learn.frame import frame
from day89.course.learn.loop import editor_command
from day89.course.learn.session import LearnerSession
from day89.course.learn.state import LearnerEvent, LearnerState, minutes_by_day, minutes_by_task
from day89.course.learn.views import order
from day89.course.results.results import Check, CheckResult, SubmissionResult, TaskResult, TracedCall

CALL = TracedCall(1, "ListObjectsV2", "a/", "200, 1 key", 5e-06, "Bucket='b'")


class Judge:
    """What judges without running anything: a task's status is what the test says it is."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}
        self.asked: list[list[str]] = []

    def judge(self, chosen: Sequence[Task], seed: int, watch: object = None) -> SubmissionResult:
        self.asked.append([one.id for one in chosen])
        return SubmissionResult("exercise.py", "00", "graded", None, 0.1, tuple(map(self._result, chosen)))

    def _result(self, one: Task) -> TaskResult:
        status = self.statuses.get(one.id, "core_incomplete")
        right = CheckResult("works", "core", 3.0, "passed", calls=(CALL,))
        wrong = CheckResult("pages", "core", 2.0, "failed", message="m", called="f()", expected="x", found="y")
        checks = {
            "complete": (right,),
            "core_done": (right, CheckResult("odd", "mastery", 1.0, "failed", message="m")),
            "core_incomplete": (right, CheckResult(**{**vars(wrong), "printed": "MARK\n" * 30, "calls": (CALL,)})),
            "not_started": (),
        }[status]
        return TaskResult(one.id, one.function, status, 5.0, 1.0, checks)  # type: ignore[arg-type]


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "exercise.py").write_text(stub_text(), "utf-8")
    return tmp_path / "exercise.py"


def session_at(path: Path, judge: Judge, id: str | None = None) -> LearnerSession:
    return LearnerSession(path, judge, LearnerState(path.parent), task(id) if id else None, seed=1)


def screen_text(session: LearnerSession) -> str:
    return "\n".join(frame(session.screen(), 100, 40))


def test_the_loop_begins_with_the_first_task_of_the_first_hour(path, judge):
    assert session_at(path, judge).task == first_hour()[0]
    assert order()[: len(first_hour())] == first_hour()


def test_a_pass_stays_and_n_goes_on_and_p_goes_back(path, judge):
    judge.statuses["1.1"] = "complete"
    session = session_at(path, judge, "1.1")
    session.check()
    assert session.task.id == "1.1"
    assert "ok  upload_file" in screen_text(session)
    assert session.press("n") == "check"
    assert session.task.id == first_hour()[1].id
    assert session.press("p") == "check"
    assert session.task.id == "1.1"


def test_n_works_once_the_core_is_done_and_not_before(path, judge):
    session = session_at(path, judge, "1.3")
    session.check()
    assert session.press("n") is None
    assert session.task.id == "1.3"
    assert "the core of 1.3 is incomplete" in screen_text(session)
    judge.statuses["1.3"] = "core_done"
    session.check()
    assert session.press("n") == "check"
    assert session.task.id != "1.3"


def test_hints_come_one_by_one_and_are_remembered_beside_the_file(path, judge):
    session = session_at(path, judge, "1.3")
    session.check()
    session.press("h")
    assert "Hint 1 of 4" in screen_text(session)
    for _ in range(3):
        session.press("h")
    assert session.view is not None
    assert "Hint 4 of 4" in screen_text(session)
    assert LearnerState(path.parent)["1.3"].hints == 4


def test_escape_closes_a_view_and_never_quits(path, judge):
    session = session_at(path, judge, "1.3")
    session.check()
    for key in ("d", "t", "o", "l", "?"):
        session.press(key)
        assert session.screen().view is not None
        assert session.press("escape") is None
        assert session.screen().view is None
    assert session.press("escape") is None
    assert session.press("q") == "quit"


def test_trace_and_output_show_everything(path, judge):
    session = session_at(path, judge, "1.3")
    session.check()
    session.press("t")
    assert "Bucket='b'" in screen_text(session)
    session.press("escape")
    session.press("o")
    assert screen_text(session).count("MARK") == 30


def test_the_docstring_is_shown_with_the_section_of_the_lesson(path, judge):
    session = session_at(path, judge, "1.3")
    session.press("d")
    assert session.view is not None
    text = "\n".join(session.view.lines)
    assert "prefix" in text
    assert f"From the lesson: {task('1.3').lesson}" in text


def test_the_list_is_searched_and_opens_a_task(path, judge):
    session = session_at(path, judge, "1.3")
    for key in ("l", "/", "r", "u", "n", "_", "j"):
        session.press(key)
    assert "run_job" in screen_text(session)
    assert session.press("enter") == "check"
    assert session.task.id == "4.1"


def test_the_solution_is_shown_only_after_the_task_is_complete(path, judge):
    session = session_at(path, judge, "1.3")
    session.check()
    session.press("s")
    assert session.view is None
    judge.statuses["1.3"] = "complete"
    session.check()
    session.press("s")
    assert session.view is not None
    assert "def list_keys" in screen_text(session)


def test_reset_asks_and_keeps_the_file_as_it_was(path, judge):
    mine = path.read_text("utf-8").replace('raise NotImplementedError("Task 1.3")', "return ['mine']")
    path.write_text(mine, "utf-8")
    session = session_at(path, judge, "1.3")
    session.press("x")
    assert session.press("n") is None
    assert path.read_text("utf-8") == mine
    session.press("x")
    assert session.press("y") == "check"
    assert "return ['mine']" not in path.read_text("utf-8")
    assert path.with_name("exercise.py.1.bak").read_text("utf-8") == mine


def test_a_task_that_worked_before_and_breaks_is_named(path, judge):
    judge.statuses["1.1"] = "complete"
    session = session_at(path, judge, "1.1")
    session.check()
    session.open(task("1.3"))
    judge.asked.clear()
    session.check()
    session.check_others()
    assert judge.asked == [["1.3"]]  # nothing of 1.1 has changed: it is not judged again
    assert "No task that worked before has broken" in screen_text(session)
    text = path.read_text("utf-8").replace('raise NotImplementedError("Task 1.1")', "return 'changed'")
    path.write_text(text, "utf-8")
    judge.statuses["1.1"] = "core_incomplete"
    session.check()
    session.check_others()
    assert judge.asked[-1] == ["1.1"]
    assert "Worked before, and does not now: 1.1 upload_file" in screen_text(session)


def test_the_first_failure_is_known_while_other_checks_still_run(path, judge):
    session = session_at(path, judge, "1.3")
    check = Check("t.py::test_pages", "pages", "1.3", "core", 1.0, 10.0)
    right, wrong = (CheckResult("pages", "core", 1.0, outcome, found="too few") for outcome in ("passed", "failed"))
    assert [session.preview(check, result) for result in (right, wrong, wrong)] == [False, True, False]
    assert "x  pages" in screen_text(session)
    assert not session.preview(Check("t", "pages", "1.1", "core", 1.0, 10.0), wrong)


def test_a_syntax_error_is_told_with_its_line_and_nothing_is_run(path, judge):
    path.write_text("def upload_file(:\n", "utf-8")
    session = session_at(path, judge, "1.1")
    session.check()
    session.check_others()
    assert judge.asked == []
    assert "exercise.py line 1" in screen_text(session)


def test_what_happened_is_appended_and_where_things_stand_is_kept(path, judge):
    judge.statuses["1.1"] = "complete"
    session = session_at(path, judge, "1.1")
    session.check()
    session.press("n")
    lines = [json.loads(line) for line in (path.parent / ".day89" / "events.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["opened", "saved", "key", "opened"]
    assert lines[1]["passed"] == 1
    again = session_at(path, judge)
    assert again.task == first_hour()[1]
    assert again.state["1.1"].status == "complete"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": 99}', '{"schema": 1, "tasks": 3, "current": null}'])
def test_a_damaged_memory_costs_one_line_and_the_loop_goes_on(path, judge, damage):
    (path.parent / ".day89").mkdir()
    (path.parent / ".day89" / "progress.json").write_text(damage)
    (path.parent / ".day89" / "events.jsonl").write_text('{"at": 1}\nnothing\n[]\n')
    session = session_at(path, judge)
    assert session.state.trouble is not None
    assert "press a" in screen_text(session)
    session.check_all()
    assert session.state.trouble is None
    assert len(session.state.tasks) == len(tasks())


def test_a_folder_that_cannot_be_written_costs_one_line(path, judge):
    (path.parent / ".day89").write_text("a file is in the way")
    session = session_at(path, judge)
    session.check()
    assert "progress is not kept" in screen_text(session)


def test_minutes_are_gaps_between_events_and_a_break_counts_ten_at_most():
    begin = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    steps = [
        (0, "opened", "1.1"),
        (4, "saved", "1.1"),
        (64, "saved", "1.1"),
        (65, "opened", "1.3"),
        (300, "opened", "1.3"),
    ]
    events = [LearnerEvent(begin + timedelta(minutes=minute), kind, id) for minute, kind, id in steps]
    assert minutes_by_task(events) == {"1.1": 15.0, "1.3": 0.0}
    assert minutes_by_day(events)[date(2026, 11, 30)] == 15.0


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"VISUAL": "vim"}, ["vim", "+7", "FILE"]),
        ({"VISUAL": "code --wait"}, ["code", "--wait", "-g", "FILE:7"]),
        ({"VISUAL": "'/opt/my editor/hx'"}, ["/opt/my editor/hx", "FILE:7"]),
        ({"VISUAL": "gedit"}, ["gedit", "FILE"]),
        ({"TERM_PROGRAM": "vscode", "PATH": ""}, None),
        ({}, None),
    ],
)
def test_the_editor_opens_at_the_function(tmp_path, environment, command):
    file = tmp_path / "exercise.py"
    expected = [word.replace("FILE", str(file)) for word in command] if command else None
    assert editor_command(file, 7, environment) == expected
