"""Check task 5.2, load_model: the right version, and bytes that are proved before they run."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from support import attempt, expect_forbidden, expect_missing, forbid, holding, works
from support_models import expect_same_model, key_of, model_bytes, occupy, store
from support_s3 import set_ages
from support_workers import result_of

from day89.course.checks.expectations import expect
from day89.course.checks.fake_data import Names
from day89.course.checks.models import KINDS

pytestmark = pytest.mark.filterwarnings("ignore")

READS = ("s3.GetObject", "s3.HeadObject", "s3.ListObjectsV2", "s3.ListObjects", "s3.ListObjectVersions")


@pytest.fixture
def bucket(cloud: Any, names: Names) -> str:
    """Make a bucket."""
    name = names.bucket()
    cloud.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.task("5.2", "core", points=1)
def test_the_version_that_was_asked_for_is_loaded(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name, seed = cloud.client("s3"), names.word(), names.number(0, 99)
    kinds = dict(zip((1, 2, 11), names.shuffled(list(KINDS)), strict=True))
    for version, kind in kinds.items():
        store(s3, bucket, name, version, model_bytes(kind, seed))
    wanted = names.choice((1, 2))
    model = result_of(task, None, "load_model", s3, bucket, name, wanted)
    expect_same_model(model, kinds[wanted], seed, names, task.last_call, "M29")


@pytest.mark.task("5.2", "core", points=1)
def test_the_newest_version_has_the_highest_number(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    expect_newest(task, cloud, names, bucket, names.word())


@pytest.mark.task("5.2", "mastery", points=0.4)
def test_a_name_of_a_model_may_be_any_text(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    # This one holds what looks like a version.
    expect_newest(task, cloud, names, bucket, f"{names.word()}/v{names.number(40, 60)}/{names.word()}")


def expect_newest(task: Any, cloud: Any, names: Names, bucket: str, name: str) -> None:
    """Fail unless the version of the highest number is loaded where none is asked for."""
    s3, seed = cloud.client("s3"), names.number(0, 99)
    newest, old, other = names.shuffled(list(KINDS))
    # v9 is the youngest object: neither the order of the text nor that of the clock is the order of the numbers.
    highest = names.number(10, 30)
    for version, kind in ((2, old), (highest, newest), (9, old)):
        store(s3, bucket, name, version, model_bytes(kind, seed))
    set_ages(cloud, bucket, [key_of(name, version) for version in (9, 2, highest)])
    store(s3, bucket, f"{name}2", 77, model_bytes(other, seed))
    model = result_of(task, None, "load_model", s3, bucket, name)
    called = f"{task.last_call}, with v2, v9 and v{highest} there{holding(name, what='the name')}"
    expect_same_model(model, newest, seed, names, called, "L9")


@pytest.mark.task("5.2", "core", points=1)
def test_a_wrong_or_missing_checksum_is_a_value_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name = cloud.client("s3"), names.word()
    data, other = model_bytes("digits", 1), model_bytes("digits", 2)
    store(s3, bucket, name, 1, data, checksum=hashlib.sha256(other).hexdigest())
    store(s3, bucket, name, 2, data, checksum=None)
    store(s3, bucket, name, 3, data)
    right = hashlib.sha256(data).hexdigest()
    store(s3, bucket, name, 4, data, checksum=right[:-1] + ("0" if right[-1] != "0" else "1"))
    store(s3, bucket, name, 5, data, checksum=right[:8])
    works(task, "load_model", s3, bucket, name, 3)
    refused = {
        1: "the sha256 is that of other bytes",
        2: "there is no sha256",
        4: "the last letter of the sha256 is another",
        5: "the sha256 ends after eight letters",
    }
    for version, why in refused.items():
        expect_refused(task, why, s3, bucket, name, version)


def expect_refused(task: Any, why: str, *arguments: Any) -> None:
    """Fail unless the bytes are refused with a ValueError."""
    ended = attempt(task, "load_model", *arguments)
    swallowed = ended.error is None and getattr(ended.value, "shown", "") == "None"
    expect(
        isinstance(ended.error, ValueError),
        called=f"{task.last_call}, where {why}",
        expected="a ValueError",
        found=ended,
        mistake="R7" if swallowed else "M25",
    )


class Payload:
    """Make a folder when it is unpickled: harmless, and seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.task("5.2", "mastery", points=0.4)
def test_nothing_is_unpickled_before_the_checksum_is_right(
    task: Any, cloud: Any, names: Names, bucket: str, workdir: Path
) -> None:
    s3, name = cloud.client("s3"), names.word()
    store(s3, bucket, name, 3, model_bytes("digits", 1))
    works(task, "load_model", s3, bucket, name, 3)
    for version, checksum in ((1, names.bytes(32).hex()), (2, None)):
        mark = workdir / f"unpickled-{version}"
        store(s3, bucket, name, version, pickle.dumps(Payload(mark)), checksum=checksum)
        expect_refused(task, "the sha256 is another" if checksum else "there is no sha256", s3, bucket, name, version)
        what = f"{task.last_call} on bytes that {'do not match their' if checksum else 'have no'} checksum"
        expect(
            not mark.exists(),
            called=what,
            expected="that they are not unpickled",
            found="that their code has run",
            mistake="M3",
        )
    expect_one_read(task, cloud, s3, bucket, name, workdir / "unpickled-3")


def expect_one_read(task: Any, cloud: Any, s3: Any, bucket: str, name: str, mark: Path) -> None:
    """Fail where bytes are compared, and others are unpickled that have taken their place in the meantime."""
    right = s3.head_object(Bucket=bucket, Key=key_of(name, 3))["Metadata"]["sha256"]

    def replace(call: Any) -> None:
        store(s3, bucket, name, 3, pickle.dumps(Payload(mark)), checksum=right)

    cloud.faults.add("s3.GetObject", nth=2, before=replace)
    attempt(task, "load_model", s3, bucket, name, 3)  # loaded by whoever reads once; else ValueError
    what = f"{task.last_call}, where the object is replaced between one read and the next"
    expect(
        not mark.exists(),
        called=what,
        expected="that what was compared is what is unpickled",
        found="that the code of bytes has run that were not compared",
        mistake="M3",
    )


@pytest.mark.task("5.2", "mastery", points=0.4)
def test_what_is_not_there_is_a_lookup_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name, absent = cloud.client("s3"), names.word(), names.bucket()
    occupy(s3, bucket, f"{name}2", (1, 2))
    occupy(s3, bucket, f"x{name}", (4,))
    store(s3, bucket, f"{name}-there", 1, model_bytes("digits", 1))
    works(task, "load_model", s3, bucket, f"{name}-there", 1)
    for version in (None, 1):
        expect_missing(task, name, "load_model", s3, bucket, name, version)
        # Where the bucket is missing, so is the model.
        expect_missing(task, absent, "load_model", s3, absent, name, version, or_naming=name)
    for version in (1, 3):  # real models: whoever takes another version than asked for gets one
        store(s3, bucket, name, version, model_bytes("digits", version))
    for version in (2, 0):
        of = f"version {version}"
        expect_missing(task, name, "load_model", s3, bucket, name, version, of=of, returned="M29")


@pytest.mark.cloud(page_size=3)
@pytest.mark.task("5.2", "mastery", points=0.4)
def test_the_newest_version_may_be_on_a_later_page(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name, seed = cloud.client("s3"), names.word(), names.number(0, 99)
    newest, old = names.sample(list(KINDS), 2)
    for version in (1, 2, 3, 10, 11, 20):
        store(s3, bucket, name, version, model_bytes(old, seed))
    store(s3, bucket, name, names.number(60, 90), model_bytes(newest, seed))
    model = result_of(task, None, "load_model", s3, bucket, name)
    expect_same_model(model, newest, seed, names, f"{task.last_call} with the newest on the third page", "L2")


@pytest.mark.task("5.2", "mastery", points=0.4)
def test_a_forbidden_model_is_not_a_missing_one(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, name = cloud.client("s3"), names.word()
    store(s3, bucket, name, 1, model_bytes("digits", 0))
    works(task, "load_model", s3, bucket, name, 1)
    forbid(cloud, *READS)
    for version in (None, 1):
        expect_forbidden(task, "U12", "load_model", s3, bucket, name, version)
