"""What the loop shows: whole screens at two sizes, and what holds at every size."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from day89.course.exercise.tasks import Hints, Task
from day89.course.learn.frame import Entry, FrameScreen, FrameView, frame
from day89.course.reports.layout import columns, wrap
from day89.course.results.results import CheckResult, TaskResult, TracedCall

GOLDEN = Path(__file__).with_name("golden")
HINTS = Hints(
    "What does the answer say about more?", "Print one whole answer.", "`get_paginator`.", "print('a sibling')"
)


def task(id: str, function: str, title: str, minutes: int = 4, hour: int = 1) -> Task:
    return Task(id, function, title, minutes, hour, "bare", 5, (2,), "Lists", "https://docs.example/list", HINTS)


LIST = task("1.3", "list_keys", "List every key, all pages")
HOUR = (task("1.1", "upload_file", "Upload"), LIST, task("3.4", "set_instance_state", "Stop and start", 9))
OTHERS = (task("1.2", "download_file", "Download", 5), task("2.2", "secure_bucket", "Secure", 11, 2))
DOCSTRING = (
    "List every key under a prefix.\n\nS3 answers with pages: all pages count.\n\nArgs:\n    s3: boto3 S3 client."
)
PAGE = TracedCall(
    1, "ListObjectsV2", "viola-z0h2/", "200, 3 keys, IsTruncated=true", 5e-06, "Bucket='b'", truncated=True
)


def check(name: str, outcome: str = "passed", **parts: object) -> CheckResult:
    return CheckResult(name, "core", 1.0, outcome, **parts)  # type: ignore[arg-type]


FAILED = check(
    "lists_every_page",
    "failed",
    message="called list_keys(...)",
    called="list_keys(s3, 'heron-ivdh6lke', 'viola-z0h2/')",
    expected="34 keys",
    found="3: 31 missing, such as 'viola-z0h2/quill yk9z-12'",
    line=97,
    code='return [item["Key"] for item in answer["Contents"]]',
    calls=(PAGE,),
    printed="MARK page one\n{'KeyCount': 3, 'IsTruncated': True}\n",
)


def verdict(status: str, *checks: CheckResult) -> TaskResult:
    return TaskResult("1.3", "list_keys", status, 5.0, 5.0 if status == "complete" else 1.0, checks)  # type: ignore[arg-type]


def screen(**changes: object) -> FrameScreen:
    made = FrameScreen(
        task=LIST,
        place="exercise.py:94",
        result=verdict("core_incomplete", *(check(f"c{number}") for number in range(5)), FAILED, *[FAILED] * 3),
        hints=(HINTS.goal,),
        first_hour=(Entry(HOUR[0], "ok", "4", True), Entry(LIST, ">", "4"), Entry(HOUR[2], "", "9")),
        others=(Entry(OTHERS[0], "..", "5"), Entry(OTHERS[1], "", "11")),
        today="12 min today",
        left=13,
        broken=(),
        status="saved 14:02:31, checked 0.3 s",
        docstring=DOCSTRING,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


MANY = tuple(replace(PAGE, number=number, subject=f"pâge-日本-{number}") for number in range(1, 31))
SCREENS = {
    "failed": screen(),
    "not_started": screen(result=verdict("not_started"), hints=(), broken=None, status=""),
    "complete": screen(
        result=verdict("complete", replace(FAILED, outcome="passed")),
        passed=("Learned: list every key under a prefix.", "n  next: 3.4 set_instance_state"),
        may_go_on=True,
    ),
    "broken": screen(problem="exercise.py line 3: invalid syntax: `def f(:`; fix that line first", hints=()),
    "many_calls": screen(
        result=verdict("core_incomplete", replace(FAILED, calls=MANY, printed="line\n" * 40)),
        broken=("1.1 upload_file",),
    ),
    "docstring": screen(view=FrameView("1.3 list_keys: all that is asked", tuple(DOCSTRING.split("\n")), prose=True)),
    "list": screen(view=FrameView("Tasks: /s3", tuple(f"  {n} task" for n in range(40)), cursor=20)),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_looks_as_it_was_agreed(name: str, size: tuple[int, int]) -> None:
    path = GOLDEN / f"{name}_{size[0]}x{size[1]}.txt"
    text = "\n".join(frame(SCREENS[name], *size)) + "\n"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", SCREENS)
def test_every_size_is_filled_and_never_overflown(name: str) -> None:
    for width in (20, 40, 60, 79, 80, 100, 110, 200):
        for height in (6, 10, 24, 50):
            lines = frame(SCREENS[name], width, height)
            assert len(lines) == height
            assert max(map(columns, lines)) <= width


def test_no_word_is_broken_at_60_columns() -> None:
    words = {word for line in wrap(f"{FAILED.found} {HINTS.goal}", 200) for word in line.split()}
    shown = " ".join(frame(screen(), 60, 40)).split()
    assert words <= set(shown)


def test_what_a_learner_prints_or_names_cannot_move_the_cursor() -> None:
    rude = "red \x1b[31m back \r bell \x07 title \x1b]0;x\x07 reversed \u202e"
    shown = replace(FAILED, printed=rude, found=rude, calls=(replace(PAGE, subject=rude),))
    for size in ((80, 24), (120, 40)):
        text = "\n".join(frame(screen(result=verdict("core_incomplete", shown)), *size))
        assert not set("\x1b\r\x07\u202e") & set(text)


def test_the_first_core_failure_is_shown_and_the_others_are_counted() -> None:
    mastery = replace(FAILED, name="odd_names", level="mastery", found="mastery first")
    text = "\n".join(frame(screen(result=verdict("core_incomplete", mastery, FAILED)), 80, 24))
    assert "lists every page" in text
    assert "0 of 2 checks pass; 1 more after this" in text
    assert "mastery first" not in text


def test_the_answer_to_a_key_has_a_line_of_its_own() -> None:
    note = "the core of 1.3 is incomplete: n goes on once it works; l opens any task"
    lines = frame(screen(note=note), 80, 24)
    assert note in lines
    assert "saved 14:02:31" in "\n".join(lines)


def test_n_is_offered_once_the_core_works() -> None:
    assert "n next" not in frame(screen(), 80, 24)[-1]
    assert "n next" in frame(screen(may_go_on=True), 80, 24)[-1]


def test_wide_letters_count_double_and_combining_ones_not_at_all() -> None:
    assert columns("日本") == 4
    assert columns("e\u0301") == 1
    assert wrap("日本 日本 日本", 9) == ["日本 日本", "日本"]
