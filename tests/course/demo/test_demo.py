"""Each story goes well, breaks as ordered, and leaves nothing behind: on the local cloud, with instances that run."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from day89.cloud.instances.guest_client import SupervisorClient
from day89.course.demo import faults
from day89.course.demo.page import render
from day89.course.demo.record import BROKE, DONE, INTERRUPTED, LEFT, StoryRecord
from day89.course.demo.screen import StoryScreen
from day89.course.demo.setting import Setting, local_setting
from day89.course.demo.stories import STORIES, ceiling, play
from day89.course.demo.trace import HERE

Tell = Callable[..., tuple[StoryRecord, str]]


@pytest.fixture(scope="module")
def instances() -> Iterator[SupervisorClient]:
    """Return one supervisor of instances for all stories of this file."""
    supervisor = SupervisorClient()
    yield supervisor
    supervisor.close()


@pytest.fixture
def tell(instances: SupervisorClient, clean_environment: None) -> Tell:
    """Return a function that plays a story, with something broken by kind or by hand, and what it drew."""

    def tell(story: str, kind: str = "", breaking: Callable[[Setting], object] = lambda setting: None) -> Any:
        stream = io.StringIO()
        with local_setting(instances) as setting:
            words = faults.order(setting.cloud, story, kind) if kind else ""
            breaking(setting)
            screen = StoryScreen(stream)
            record = play(STORIES[story], setting, screen, fault=words)
            screen.summary(record)
        return record, stream.getvalue()

    return tell


def principals(record: StoryRecord, action: str) -> set[str]:
    return {traced.actor for traced in record.calls if traced.call.action == action and not traced.call.error_code}


def test_training_happens_on_the_instance_which_ends_by_itself(tell: Tell) -> None:
    record, printed = tell("train")
    assert (record.status, record.error, record.left) == (DONE, "", [])
    (machine,) = record.machines
    assert (machine.state, machine.reason) == ("terminated", "Client.InstanceInitiatedShutdown")
    saved = [one for one in record.calls if one.call.subject == "models/penguins/v1/model.joblib"]
    assert (saved[0].actor, saved[0].call.operation) == (machine.id, "PutObject")
    assert float(dict(record.results)["accuracy, as the instance saw it"].split()[2].rstrip("%")) > 95
    assert "nothing is left running" in printed
    assert "\x1b" not in printed


def test_serving_answers_logs_and_sets_an_alarm(tell: Tell) -> None:
    record, printed = tell("serve")
    assert (record.status, record.error, record.left) == (DONE, "", [])
    (machine,) = record.machines
    assert machine.id in principals(record, "s3.PutObject")
    assert principals(record, "cloudwatch.PutMetricAlarm") == {HERE}
    assert principals(record, "cloudwatch.TagResource") == {HERE}
    assert "70 requests in " in printed
    assert "422: " in printed


def test_processing_is_done_by_a_fleet_and_triggers_what_follows(tell: Tell) -> None:
    record, _ = tell("process")
    assert (record.status, record.error, record.left) == (DONE, "", [])
    assert principals(record, "s3.PutObject") == {HERE, *(one.id for one in record.machines)}
    assert len(record.machines) == 3
    results = dict(record.results)
    assert results["rows"] == "344 read, 333 kept, 11 set aside"
    assert results["mean body mass"] == "Adelie 3,706 g, Chinstrap 3,733 g, Gentoo 5,092 g"
    assert [(link.source, link.target) for link in record.links] == [("s3", "sqs")]


@pytest.mark.parametrize(
    ("story", "kind", "words"),
    [
        ("train", "throttled-upload", "503 SlowDown"),
        ("train", "no-spot", "(on-demand) trained"),
        ("train", "spot-interruption", "was taken away before it had saved a model"),
        ("train", "broken-download", "trained, saved the model"),
        ("process", "no-spot", "there is no Spot capacity: what is left is done on demand"),
        ("process", "spot-interruption", "1 of 3 parts done in this run"),
        ("serve", "broken-download", "the model's own answers"),
    ],
)
def test_what_can_be_repaired_is_repaired(tell: Tell, story: str, kind: str, words: str) -> None:
    record, printed = tell(story, kind)
    assert words in " ".join(printed.split())
    assert (record.status, record.error, record.left) == (DONE, "", [])


@pytest.mark.parametrize(
    ("story", "kind", "status", "sentence", "console"),
    [
        ("train", "failed-upload", BROKE, "AWS refused PutObject with SlowDown", ""),
        ("train", "no-capacity", BROKE, "AWS refused RunInstances with InsufficientInstanceCapacity", ""),
        ("train", "job-fails", BROKE, "no model was saved", "AccessDenied"),
        ("train", "damaged-model", BROKE, "expected sha256", ""),
        ("train", "ctrl-c", INTERRUPTED, "interrupted", ""),
        ("serve", "damaged-model", BROKE, "ended before it served", "expected sha256"),
        ("serve", "job-fails", BROKE, "ended before it served", "AccessDenied"),
        ("process", "job-fails", BROKE, "all workers ended", "AccessDenied"),
        ("process", "no-capacity", BROKE, "AWS refused RunInstances with InsufficientInstanceCapacity", ""),
    ],
)
def test_what_cannot_be_repaired_is_said_and_cleaned_up(
    tell: Tell, story: str, kind: str, status: int, sentence: str, console: str
) -> None:
    record, printed = tell(story, kind)
    assert sentence in record.error
    assert console in record.console
    assert (record.status, record.left) == (status, [])
    assert "It broke, and cleaned up" in printed
    assert {one.state for one in record.machines} <= {"terminated"}


def test_what_cannot_be_taken_down_is_named_and_the_rest_goes_all_the_same(tell: Tell) -> None:
    def keep_bucket(setting: Setting) -> None:
        setting.cloud.faults.add("s3.DeleteBucket", code="AccessDenied", times=None)

    record, printed = tell("train", "no-capacity", keep_bucket)
    assert record.status == LEFT
    assert record.left == [f"bucket {record.run}"]
    assert "AccessDenied" in "".join(record.undone)
    assert f"NOT CLEAN: 1 thing of {record.run} is left" in printed


def test_where_one_cannot_look_that_counts_as_left(tell: Tell) -> None:
    def hide_queues(setting: Setting) -> None:
        setting.cloud.faults.add("sqs.ListQueues", code="AccessDenied", times=None)

    record, _ = tell("train", "no-capacity", hide_queues)
    assert record.status == LEFT
    assert "could not look" in record.left[0]


class Closed(io.StringIO):
    """Be a terminal that is closed when the training begins."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.closed_at = getattr(self, "closed_at", 0) or ("train on" in text) * len(text)
        if self.closed_at:
            raise OSError(5, "Input/output error")
        return len(text)


def test_where_nobody_can_be_told_any_more_everything_is_taken_down_all_the_same(
    instances: SupervisorClient, clean_environment: None
) -> None:
    with local_setting(instances) as setting:
        with pytest.raises(OSError, match="Input/output"):
            play(STORIES["train"], setting, StoryScreen(Closed()))
        assert setting.client("s3").list_buckets()["Buckets"] == []
        assert setting.client("iam").list_roles()["Roles"] == []


class Reader(HTMLParser):
    """Collect what a page would load, its text, and whether its tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "data", "action")]
        self.open += [] if tag in ("meta", "br") else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_stands_alone_and_shows_calls_price_and_proof(tell: Tell) -> None:
    record, _ = tell("train", "job-fails")
    page, reader = render(record), Reader()
    reader.feed(page)
    assert (reader.open, reader.loads) == ([], [])
    assert "url(" not in page
    assert "@import" not in page
    text = " ".join(" ".join(reader.words).split())
    assert f"All {len(record.calls)} calls" in text
    assert f"{record.estimate.usd:.6f}" in text
    assert record.machines[0].id in text
    assert "nothing is left running" in text
    assert "AccessDenied" in text


@pytest.mark.parametrize("story", STORIES)
def test_the_ceiling_is_above_what_a_whole_life_of_all_instances_costs(story: str) -> None:
    assert 0.01 < ceiling(STORIES[story]).usd < 1
