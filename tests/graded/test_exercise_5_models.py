"""Check tasks 5.1 and 5.2, save_model and load_model: numbers that only grow, bytes that are proved before they run."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
from numbers import Integral
from pathlib import Path

import joblib
import pytest
from support import expect_forbidden, forbid
from support_workers import result_of

from day89.course.checking import expect, fail, show
from day89.course.given import KINDS, make_model
from day89.course.handles import NoAnswer

pytestmark = pytest.mark.filterwarnings("ignore")

READS = ("s3.GetObject", "s3.HeadObject", "s3.ListObjectsV2", "s3.ListObjects", "s3.ListObjectVersions")
WRITES = ("s3.PutObject", "s3.CopyObject", "s3.CompleteMultipartUpload")


@pytest.fixture
def bucket(cloud, names) -> str:
    """Make a bucket."""
    name = names.bucket()
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def key_of(name: str, version: int) -> str:
    """Return the key of a version of a model."""
    return f"models/{name}/v{version}/model.joblib"


def model_bytes(kind: str, seed: int) -> bytes:
    """Return one of the course's models as joblib writes it."""
    buffer = io.BytesIO()
    joblib.dump(make_model(kind, seed), buffer)
    return buffer.getvalue()


def store(s3, bucket: str, name: str, version: int, data: bytes, checksum: str | None = "right") -> None:
    """Store bytes as a version, with the right checksum, with another one, or with none."""
    given = hashlib.sha256(data).hexdigest() if checksum == "right" else checksum
    s3.put_object(Bucket=bucket, Key=key_of(name, version), Body=data, Metadata={"sha256": given} if given else {})


def occupy(s3, bucket: str, name: str, versions) -> None:
    """Let versions be there, whose content does not matter."""
    for version in versions:
        store(s3, bucket, name, version, f"version {version}".encode())


def saved(s3, bucket: str, name: str, version: int, called: str) -> tuple[bytes, dict[str, str]]:
    """Return what stands at a version: its bytes and its metadata."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key_of(name, version))
    except s3.exceptions.NoSuchKey:
        there = sorted(item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []))
        fail(f"called {called}; expected an object at {key_of(name, version)}; found {show(there)}", "M6")
    return answer["Body"].read(), {word.lower(): text for word, text in answer["Metadata"].items()}


def expect_version(found: object, expected: int, called: str, mistake: str) -> None:
    """Fail unless a saver answered with this version number."""
    right = isinstance(found, Integral) and not isinstance(found, bool) and int(found) == expected
    expect(right, f"called {called}; expected version {expected}; found {show(found)}", mistake)


def expect_same_model(found, kind: str, seed: int, names, called: str, mistake: str) -> None:
    """Fail unless a model predicts as the course's model of that kind and seed does."""
    columns, labels = KINDS[kind]
    rows = [[names.real(-2, 9) for _ in range(columns)] for _ in range(6)]
    what = f"called {called}; expected the model that predicts one of {show(list(labels))} from {columns} columns"
    try:
        predicted = found.predict(rows)
    except NoAnswer as error:
        fail(f"{what}; {error}", mistake)
    expect(
        predicted == make_model(kind, seed).predict(rows).tolist(), f"{what}; it predicted {show(predicted)}", mistake
    )


@pytest.mark.task("5.1", "core", points=1)
def test_the_first_version_holds_the_whole_model(task, cloud, names, bucket):
    s3, name, kind, seed = cloud.client("s3"), names.word(), names.choice(list(KINDS)), names.number(0, 99)
    version = task.save_model(s3, task.model(kind, seed=seed), bucket, name)
    expect_version(version, 1, task.last_call, "L9")
    data, _ = saved(s3, bucket, name, 1, task.last_call)
    expect(data, f"called {task.last_call}; expected the model's bytes at {key_of(name, 1)}; found 0 bytes", "M2")
    expect_same_model(task.unpickled(data), kind, seed, names, f"{task.last_call}, then joblib.load", "M2")


@pytest.mark.task("5.1", "core", points=1)
def test_the_next_version_is_one_above_the_highest_number(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    highest = names.number(10, 30)
    occupy(s3, bucket, name, (2, 9, highest))
    # Other models, whose names begin or end like this one's.
    occupy(s3, bucket, f"{name}2", (names.number(40, 60),))
    occupy(s3, bucket, f"x-{name}", (names.number(40, 60),))
    version = task.save_model(s3, task.model("digits"), bucket, name)
    expect_version(version, highest + 1, f"{task.last_call} where v2, v9 and v{highest} are", "L9")
    saved(s3, bucket, name, highest + 1, task.last_call)


@pytest.mark.task("5.1", "core", points=1)
def test_the_metadata_holds_the_sha256_of_the_stored_bytes(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    task.save_model(s3, task.model("digits", seed=names.number(0, 99)), bucket, name)
    data, metadata = saved(s3, bucket, name, 1, task.last_call)
    found = metadata.get("sha256", "no sha256")
    what = f"called {task.last_call}; expected user metadata sha256={hashlib.sha256(data).hexdigest()[:12]}…"
    expect(found.lower() == hashlib.sha256(data).hexdigest(), f"{what}; found {show(found)}", "M24")


@pytest.mark.task("5.1", "mastery", points=0.8)
def test_a_version_that_another_saver_has_just_written_stays(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    highest, theirs, taken = names.number(1, 12), names.bytes(), []
    occupy(s3, bucket, name, (highest,))

    def other_saver(call) -> None:
        found = re.fullmatch(rf"models/{re.escape(name)}/v(\d+)/model\.joblib", call.params["Key"])
        if found and not taken:
            taken.append(int(found[1]))
            store(s3, bucket, name, taken[0], theirs)

    for operation in WRITES:
        cloud.faults.add(operation, times=None, where={"Bucket": bucket}, before=other_saver)
    version = result_of(task, "U21", "save_model", s3, task.model("digits"), bucket, name)
    called = f"{task.last_call} while another saver writes v{highest + 1} first"
    found, _ = saved(s3, bucket, name, highest + 1, called)
    expect(found == theirs, f"called {called}; expected that v{highest + 1} stays theirs; found it overwritten", "U21")
    expect_version(version, highest + 2, called, "U21")
    saved(s3, bucket, name, highest + 2, called)


@pytest.mark.cloud(page_size=3)
@pytest.mark.task("5.1", "mastery", points=0.4)
def test_versions_on_later_pages_count(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    highest = names.number(60, 90)
    # In S3's order: v1, v10, v11 | v12, v2, v3 | v6x.
    occupy(s3, bucket, name, (1, 2, 3, 10, 11, 20, 30, highest))
    version = task.save_model(s3, task.model("digits"), bucket, name)
    expect_version(version, highest + 1, f"{task.last_call} with v{highest} on the third page of the list", "L2")


@pytest.mark.task("5.1", "mastery", points=0.4)
def test_saving_to_a_missing_bucket_is_a_lookup_error(task, cloud, names):
    absent = names.bucket()
    s3, model = cloud.client("s3"), task.model("digits")
    task.raises(LookupError, "save_model", s3, model, absent, names.word(), naming=absent, mistake="R1")


@pytest.mark.task("5.1", "mastery", points=0.4)
def test_saving_where_it_is_forbidden_is_not_a_lookup_error(task, cloud, names, bucket):
    s3, model = cloud.client("s3"), task.model("digits")
    forbid(cloud, *WRITES, "s3.CreateMultipartUpload")
    expect_forbidden(task, "U12", "save_model", s3, model, bucket, names.word())


@pytest.mark.task("5.2", "core", points=1)
def test_the_version_that_was_asked_for_is_loaded(task, cloud, names, bucket):
    s3, name, seed = cloud.client("s3"), names.word(), names.number(0, 99)
    kinds = dict(zip((1, 2, 11), names.shuffled(list(KINDS)), strict=True))
    for version, kind in kinds.items():
        store(s3, bucket, name, version, model_bytes(kind, seed))
    wanted = names.choice((1, 2))
    model = result_of(task, "M1", "load_model", s3, bucket, name, wanted)
    expect_same_model(model, kinds[wanted], seed, names, task.last_call, "M1")


@pytest.mark.task("5.2", "core", points=1)
def test_the_newest_version_is_the_one_with_the_highest_number(task, cloud, names, bucket):
    s3, name, seed = cloud.client("s3"), names.word(), names.number(0, 99)
    newest, old, other = names.shuffled(list(KINDS))
    # v9 is stored last: neither the order of the text nor that of the clock is the order of the numbers.
    for version, kind in ((2, old), (names.number(10, 30), newest), (9, old)):
        store(s3, bucket, name, version, model_bytes(kind, seed))
    store(s3, bucket, f"{name}2", 77, model_bytes(other, seed))
    model = result_of(task, "L9", "load_model", s3, bucket, name)
    expect_same_model(model, newest, seed, names, f"{task.last_call} with v2, v9 and a higher one", "L9")


@pytest.mark.task("5.2", "core", points=1)
def test_bytes_that_do_not_match_their_checksum_are_a_value_error(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    data, other = model_bytes("digits", 1), model_bytes("digits", 2)
    store(s3, bucket, name, 1, data, checksum=hashlib.sha256(other).hexdigest())
    store(s3, bucket, name, 2, data, checksum=None)
    for version in (1, 2):
        task.raises(ValueError, "load_model", s3, bucket, name, version, mistake="M25")


class Payload:
    """Make a folder when it is unpickled: harmless, and seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.task("5.2", "mastery", points=0.5)
def test_nothing_is_unpickled_before_the_checksum_is_right(task, cloud, names, bucket, workdir):
    s3, name = cloud.client("s3"), names.word()
    for version, checksum in ((1, names.bytes(32).hex()), (2, None)):
        mark = workdir / f"unpickled-{version}"
        store(s3, bucket, name, version, pickle.dumps(Payload(mark)), checksum=checksum)
        task.raises(ValueError, "load_model", s3, bucket, name, version, mistake="M25")
        what = f"called {task.last_call} on bytes that {'do not match their' if checksum else 'have no'} checksum"
        expect(not mark.exists(), f"{what}; expected that they are not unpickled; found that their code has run", "M3")


@pytest.mark.task("5.2", "mastery", points=0.5)
def test_what_is_not_there_is_a_lookup_error(task, cloud, names, bucket):
    s3, name, absent = cloud.client("s3"), names.word(), names.bucket()
    occupy(s3, bucket, f"{name}2", (1, 2))
    occupy(s3, bucket, f"x{name}", (4,))
    for version in (None, 1):
        task.raises(LookupError, "load_model", s3, bucket, name, version, naming=name, mistake="R1")
        task.raises(LookupError, "load_model", s3, absent, name, version, naming=absent, mistake="R1")
    occupy(s3, bucket, name, (1, 3))
    task.raises(LookupError, "load_model", s3, bucket, name, 2, naming=name, mistake="R1")


@pytest.mark.cloud(page_size=3)
@pytest.mark.task("5.2", "mastery", points=0.5)
def test_the_newest_version_may_be_on_a_later_page(task, cloud, names, bucket):
    s3, name, seed = cloud.client("s3"), names.word(), names.number(0, 99)
    newest, old = names.sample(list(KINDS), 2)
    for version in (1, 2, 3, 10, 11, 20):
        store(s3, bucket, name, version, model_bytes(old, seed))
    store(s3, bucket, name, names.number(60, 90), model_bytes(newest, seed))
    model = result_of(task, "L2", "load_model", s3, bucket, name)
    expect_same_model(model, newest, seed, names, f"{task.last_call} with the newest on the third page", "L2")


@pytest.mark.task("5.2", "mastery", points=0.5)
def test_a_forbidden_model_is_not_a_missing_one(task, cloud, names, bucket):
    s3, name = cloud.client("s3"), names.word()
    store(s3, bucket, name, 1, model_bytes("digits", 0))
    forbid(cloud, *READS)
    for version in (None, 1):
        expect_forbidden(task, "U12", "load_model", s3, bucket, name, version)
