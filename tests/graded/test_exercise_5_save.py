"""Check task 5.1, save_model: numbers that only grow, and versions that nobody overwrites."""

from __future__ import annotations

import hashlib
import re
from numbers import Integral
from typing import Any

import pytest
from support import attempt, expect_as_it_is, expect_forbidden, expect_missing, holding, works
from support_models import expect_same_model, key_of, occupy, store
from support_s3 import LISTINGS
from support_workers import result_of

from day89.course.checks.expectations import expect, fail, show
from day89.course.checks.fake_data import Names
from day89.course.checks.models import KINDS

pytestmark = pytest.mark.filterwarnings("ignore")

RIVALS = 3
WRITES = ("s3.PutObject", "s3.CopyObject", "s3.CompleteMultipartUpload")


@pytest.fixture
def bucket(cloud: Any, names: Names) -> str:
    """Make a bucket."""
    name = names.bucket()
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def saved(s3: Any, bucket: str, name: str, version: int, called: str) -> tuple[bytes, dict[str, str]]:
    """Return what stands at a version: its bytes and its metadata."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key_of(name, version))
    except s3.exceptions.NoSuchKey:
        there = sorted(item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []))
        fail(
            called=called,
            expected=f"an object at {key_of(name, version)}",
            found=f"the keys {show(there)}",
            mistake="M27",
        )
    return answer["Body"].read(), {word.lower(): text for word, text in answer["Metadata"].items()}


def expect_version(found: object, expected: int, called: str, mistakes: dict[int, str] | None = None) -> None:
    """Fail unless a saver answered with this version number; some others show what was mistaken for the highest."""
    known = mistakes or {}
    number = int(found) if isinstance(found, Integral) and not isinstance(found, bool) else -1
    expect(
        number == expected,
        called=called,
        expected=f"version {expected}",
        found=show(found),
        mistake=known.get(number, "L5" if number > expected else "M28"),
    )


@pytest.mark.task("5.1", "core", points=1)
def test_the_first_version_holds_the_whole_model(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name, kind, seed = cloud.client("s3"), names.word(), names.choice(list(KINDS)), names.number(0, 99)
    version = task.save_model(s3, task.model(kind, seed=seed), bucket, name)
    expect_version(version, 1, task.last_call)
    data, _ = saved(s3, bucket, name, 1, task.last_call)
    expect(
        data, called=task.last_call, expected=f"the model's bytes at {key_of(name, 1)}", found="0 bytes", mistake="M2"
    )
    expect_same_model(task.unpickled(data), kind, seed, names, f"{task.last_call}, then joblib.load", "M2")
    # A pickle begins like this; where joblib has written arrays, its name stands before each of them.
    plain = data.startswith(b"\x80") and b"joblib" not in data
    expect(
        not plain,
        called=task.last_call,
        expected="bytes that joblib.dump wrote",
        found="those of pickle",
        mistake="M34",
    )


@pytest.mark.task("5.1", "core", points=1)
def test_the_next_version_is_one_above_the_highest_number(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    expect_next_version(task, cloud, names, bucket, names.word(), 0)


@pytest.mark.task("5.1", "mastery", points=0.3)
def test_a_name_may_be_any_text(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    # This one means something else to a regular expression, and holds what looks like a version.
    other = names.number(40, 60)
    name = f"{names.word()}+v{other}/v{other} ({names.tag(2)})/v{other}/{names.word()}"
    expect_next_version(task, cloud, names, bucket, name, other)


def expect_next_version(task: Any, cloud: Any, names: Names, bucket: str, name: str, other: int) -> None:
    """Fail unless the next version is one above the highest number; the other number is one that the name holds."""
    s3, highest = cloud.client("s3"), names.number(10, 30)
    occupy(s3, bucket, name, (2, 9, highest))
    # Other models, whose names begin or end like this one's.
    occupy(s3, bucket, f"{name}2", (names.number(40, 60),))
    occupy(s3, bucket, f"x-{name}", (names.number(40, 60),))
    version = task.save_model(s3, task.model("digits"), bucket, name)
    # In the order of text v9 is the last one.
    called = f"{task.last_call}, with v2, v9 and v{highest} there{holding(name, what='the name')}"
    expect_version(version, highest + 1, called, {10: "L9", other + 1: "M28"})
    saved(s3, bucket, name, highest + 1, task.last_call)


@pytest.mark.task("5.1", "core", points=1)
def test_the_metadata_holds_the_sha256_of_the_stored_bytes(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name = cloud.client("s3"), names.word()
    task.save_model(s3, task.model("digits", seed=names.number(0, 99)), bucket, name)
    data, metadata = saved(s3, bucket, name, 1, task.last_call)
    found = metadata.get("sha256", "no sha256")
    expect(
        found.lower() == hashlib.sha256(data).hexdigest(),
        called=task.last_call,
        expected=f"user metadata sha256={hashlib.sha256(data).hexdigest()[:12]}…",
        found=show(found),
        mistake="M24",
    )


@pytest.mark.task("5.1", "mastery", points=0.6)
def test_a_version_that_another_saver_has_just_written_stays(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name = cloud.client("s3"), names.word()
    highest, theirs, taken = names.number(1, 12), names.bytes(), []
    occupy(s3, bucket, name, (highest,))

    def other_saver(call: Any) -> None:
        found = re.fullmatch(rf"models/{re.escape(name)}/v(\d+)/model\.joblib", call.params["Key"])
        if found and int(found[1]) not in taken and len(taken) < RIVALS:
            taken.append(int(found[1]))
            store(s3, bucket, name, taken[-1], theirs)

    for operation in WRITES:
        cloud.faults.add(operation, times=None, where={"Bucket": bucket}, before=other_saver)
    version = result_of(task, "U33", "save_model", s3, task.model("digits"), bucket, name)
    rivals = range(highest + 1, highest + 1 + RIVALS)
    called = f"{task.last_call} while other savers write {', '.join(f'v{one}' for one in rivals)} first"
    for one in taken:
        found, _ = saved(s3, bucket, name, one, called)
        expect(
            found == theirs, called=called, expected=f"that v{one} stays theirs", found="it overwritten", mistake="U21"
        )
    expect_version(version, highest + 1 + RIVALS, called)
    saved(s3, bucket, name, highest + 1 + RIVALS, called)


@pytest.mark.cloud(page_size=3)
@pytest.mark.task("5.1", "mastery", points=0.4)
def test_versions_on_later_pages_count(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name = cloud.client("s3"), names.word()
    highest = names.number(60, 90)
    # In S3's order: v1, v10, v11 | v12, v2, v3 | v6x.
    occupy(s3, bucket, name, (1, 2, 3, 10, 11, 20, 30, highest))
    version = task.save_model(s3, task.model("digits"), bucket, name)
    called = f"{task.last_call} with v{highest} on the third page of the list"
    expect_version(version, highest + 1, called, {12: "L2", 21: "L2"})  # the highest of one page, or of two


@pytest.mark.task("5.1", "mastery", points=0.35)
def test_saving_to_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    absent = names.bucket()
    s3, model = cloud.client("s3"), task.model("digits")
    works(task, "save_model", s3, model, bucket, names.word())
    expect_missing(task, absent, "save_model", s3, model, absent, names.word())


@pytest.mark.task("5.1", "mastery", points=0.35)
def test_saving_where_it_is_forbidden_is_not_a_lookup_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, model = cloud.client("s3"), task.model("digits")
    works(task, "save_model", s3, model, bucket, names.word())
    for action in (*WRITES, "s3.CreateMultipartUpload"):
        # Once: whoever goes on to the next number, as if somebody had been first, finds that one free.
        cloud.faults.add(action, code="AccessDenied", status=403)
    expect_forbidden(task, "U12", "save_model", s3, model, bucket, names.word())
    cloud.faults.clear()
    forbidden = [cloud.faults.add(action, code="AccessDenied", status=403, times=None) for action in LISTINGS]
    ended = attempt(task, "save_model", s3, model, bucket, names.word())
    if any(fault.met for fault in forbidden):  # whoever does not list has not met it
        expect_as_it_is(task, "U12", ended)
