"""The drawings show every call and every step, inside their frame; the terminal's words fit it; the wheel is whole."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from day89.cloud import Call
from day89.costs import estimate_calls
from day89.course.demo.drawing import places, timeline
from day89.course.demo.page import render
from day89.course.demo.record import BROKE, DONE, LEFT, Link, Proof, RecordedInstance, Step, StoryRecord, Traced
from day89.course.demo.screen import StoryScreen
from day89.course.demo.trace import HERE, actor_of
from day89.course.demo.wheel import build_wheel

ONE, TWO = "i-0123456789abcdef0", "i-0fedcba9876543210"
WIDTHS = [340, 960]


def call(at: float, actor: str, service: str, operation: str, error: str | None = None) -> Traced:
    status = 403 if error else 200
    made = Call(1, service, operation, "us-east-1", {"Key": '<b>&"a'}, "1", status=status, error_code=error)
    return Traced(at, actor, made)


@pytest.fixture
def record() -> StoryRecord:
    """Return a record with two instances, an error, and things that HTML would take for its own."""
    calls = [
        call(0.1, HERE, "s3", "PutObject"),
        call(0.2, HERE, "ec2", "RunInstances"),
        call(1.0, ONE, "s3", "GetObject"),
        call(1.1, TWO, "s3", "GetObject"),
        call(1.2, TWO, "s3", "PutObject", "AccessDenied"),
    ]
    made = StoryRecord("train", "title <i>", "the local cloud", "day89-train-1", calls=calls, seconds=2.0)
    made.steps = [Step("begin", 0.0, 0.5, "done"), Step("a step with a rather long name, as they come", 1.9, 2.0)]
    made.machines = [
        RecordedInstance(ONE, "a", "t3.small", "Spot", 0.2, 1.2, "terminated", ""),
        RecordedInstance(TWO, "b", "t3.small", "on demand", 0.3, 1.5, "terminated", ""),
    ]
    made.links = [Link(HERE, "instance", "3 requests"), Link("s3", "ec2", "an event"), Link("s3", "nowhere", "lost")]
    made.proofs = [Proof("instances", "by tag")]
    made.estimate = estimate_calls([])
    return made


@pytest.mark.parametrize("width", WIDTHS)
def test_the_numbers_between_the_places_add_up_to_all_calls(record: StoryRecord, width: int) -> None:
    drawing = places(record, width)
    assert sum(int(edge.label) for edge in drawing.edges if edge.kind == "calls") == len(record.calls)
    assert [box.title for box in drawing.boxes] == ["this machine", ONE, TWO, "S3", "EC2"]
    assert dict(drawing.legend) == {"a": f"this machine to {TWO}: 3 requests", "b": "S3 to EC2: an event"}


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_outside_the_frame_or_on_another_place(record: StoryRecord, width: int) -> None:
    drawing = places(record, width)
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= width
        assert box.y >= 0
        assert box.y + box.height <= drawing.height
    spans = sorted((box.x, box.y, box.y + box.height) for box in drawing.boxes)
    apart = [first[2] < second[1] for first, second in itertools.pairwise(spans) if first[0] == second[0]]
    assert all(apart)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_timeline_has_a_row_a_step_and_an_instance_and_marks_errors(record: StoryRecord, width: int) -> None:
    drawing = timeline(record, width)
    assert len(drawing.bars) == 4
    assert all(bar.x >= 0 and bar.x + bar.width <= width + 2 for bar in drawing.bars)
    assert all(bar.words_x + 6 * len(bar.title) <= width for bar in drawing.bars)
    assert [kind for _, kind, _ in drawing.bars[3].ticks] == ["s3", "bad"]
    assert drawing.axis[0] == (2, "0 s")


def test_a_story_that_broke_at_once_can_be_drawn() -> None:
    record = StoryRecord("train", "t", "p", "r", error="it broke")
    assert places(record, 340).edges == ()
    assert timeline(record, 340).bars == ()
    assert "it broke" in render(record)


def test_names_from_outside_are_text_on_the_page(record: StoryRecord) -> None:
    page = render(record)
    assert "title &lt;i&gt;" in page
    assert "<b>&" not in page
    assert "<i>" not in page


@pytest.mark.parametrize(
    ("error", "left", "status"), [("", (), DONE), ("broke", (), BROKE), ("", ("x",), LEFT), ("broke", ("x",), LEFT)]
)
def test_what_is_left_weighs_more_than_what_broke(error: str, left: tuple[str, ...], status: int) -> None:
    assert StoryRecord("s", "t", "p", "r", error=error, proofs=[Proof("what", "by", left)]).status == status


def test_without_a_proof_nothing_is_taken_for_clean() -> None:
    assert StoryRecord("s", "t", "p", "r").status == LEFT


class Terminal(io.StringIO):
    """Be a terminal that remembers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "colours", "live"),
    [
        (Terminal(), {"TERM": "xterm"}, True, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        (Terminal(), {"TERM": "dumb"}, False, False),
        (io.StringIO(), {"TERM": "xterm"}, False, False),
    ],
)
def test_colours_and_a_moving_line_only_where_they_are_wanted(
    stream: Any,
    variables: dict[str, str],
    colours: bool,
    live: bool,
    record: StoryRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = StoryScreen(stream)
    screen.begin(record.steps[0])
    screen.end(record.steps[0])
    screen.summary(record)
    printed = stream.getvalue()
    assert ("\x1b[32m" in printed, "\x1b[2K" in printed) == (colours, live)
    assert "403 AccessDenied" in printed


@pytest.mark.parametrize(
    ("principal", "actor"),
    [
        (f"arn:aws:sts::123456789012:assumed-role/day89-train-1/{ONE}", ONE),
        (f"arn:aws-cn:sts::123456789012:assumed-role/x/{ONE}", ONE),
        ("arn:aws:sts::123456789012:assumed-role/admin/me", HERE),
        ("arn:aws:iam::123456789012:root", HERE),
        ("", HERE),
    ],
)
def test_an_instance_is_known_by_the_session_of_its_role(principal: str, actor: str) -> None:
    assert actor_of(principal) == actor


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import day89.models, day89.pipeline.worker, day89.inference.command, day89.costs, day89.cli
assert day89.__file__.startswith(sys.argv[1]), day89.__file__
from importlib.metadata import distributions
found = next(one for one in distributions(path=[sys.argv[1]]))
print(found.name, *sorted(found.requires))
"""


def test_the_wheel_holds_all_that_an_instance_needs_and_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    wheel = build_wheel(tmp_path)
    assert wheel.read_bytes() == build_wheel(tmp_path / "again").read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
        (record,) = (name for name in names if name.endswith("/RECORD"))
        lines = [line.split(",") for line in archive.read(record).decode().splitlines()]
        digests = {name: hashlib.sha256(archive.read(name)).digest() for name in names}
    assert [name for name, _, _ in lines] == names
    for name, digest, _ in lines[:-1]:
        assert digest == "sha256=" + base64.urlsafe_b64encode(digests[name]).decode().rstrip("=")
    assert not any(name.startswith(("day89/course", "day89/cloud")) for name in names)
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "site")]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert ran.stdout.startswith("day89 boto3==")
    assert "moto" not in ran.stdout
