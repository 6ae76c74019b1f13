"""Check task 1.4, delete_prefix: what a prefix deletes, and what not."""

from __future__ import annotations

from typing import Any

import pytest
from support import (
    attempt,
    blamed,
    expect_as_it_is,
    expect_missing,
    expect_value_error,
    holding,
    works,
)
from support_s3 import (
    LISTINGS,
    expect_s3_forbidden,
    fill,
    keys_in,
    new_bucket,
    put_all,
    stop_endless_listing,
    versions_in,
)

from day89.course.checks.expectations import expect, expect_equal, fail, show

PAGE = 3
DELETES = ("s3.DeleteObjects", "s3.DeleteObject")


def shown_by(cloud: Any, otherwise: str | None) -> str | None:
    """Return the mistake that the delete requests show, or another one where they show none."""
    sent = [len(call.params.get("Delete", {}).get("Objects", [])) for call in cloud.log.of("s3.DeleteObjects")]
    if not cloud.log.count(*DELETES):
        return "F3"
    return "U16" if max(sent, default=0) > 1000 else "U18" if 0 in sent else otherwise


def expect_left(called: str, s3: Any, bucket: str, wanted: list[str], mistake: str | None) -> None:
    """Fail unless exactly these keys are left: what stayed and what was lost is told apart."""
    found = keys_in(s3, bucket)
    stayed, lost = [key for key in found if key not in wanted], [key for key in wanted if key not in found]
    parts = ((stayed, "not deleted"), (lost, "deleted although the prefix does not say so"))
    words = [f"{len(keys)} {what}, such as {show(keys[:2])}" for keys, what in parts if keys]
    expect(not words, called=called, expected=f"{len(wanted)} keys left", found="; ".join(words), mistake=mistake)


def passed_over(left: list[str], wanted: list[str], word: str) -> str | None:
    """Return which mistake it is that keys stayed or went which should not have."""
    stayed = [key for key in left if key.startswith(f"{word}/")]
    if stayed == [f"{word}/"]:
        return "L6"
    changed = stayed and not set(wanted) <= set(left)
    return "U7" if changed else None if stayed else "L5"


@pytest.mark.task("1.4", "core", points=1.5)
def test_deletes_what_starts_with_the_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Everything else stays, also a key that only holds the prefix."""
    s3, bucket = new_bucket(cloud, names)
    word = names.word()
    gone = [f"{word}s", *names.plain_keys(names.number(2, 4), prefix=f"{word}/")]
    expect_deleted(task, cloud, s3, bucket, word, gone, [f"old/{word}/a", word[:-1], names.plain_key()])


def expect_deleted(task: Any, cloud: Any, s3: Any, bucket: str, prefix: str, gone: list[str], kept: list[str]) -> None:
    """Fail unless the call deletes these keys and no others, and returns their number."""
    put_all(cloud, bucket, [*gone, *kept])
    before = keys_in(s3, bucket)
    deleted = task.delete_prefix(s3, bucket, prefix)
    wanted = [key for key in before if key not in gone]
    called = f"{task.last_call}{holding(*gone, what='a key')}"
    shown = shown_by(cloud, passed_over(keys_in(s3, bucket), wanted, prefix))
    expect_left(called, s3, bucket, wanted, shown)
    expect_equal(deleted, len(gone), f"{called}, looked at the number that it returns", "L14")


@pytest.mark.task("1.4", "mastery", points=0.4)
@pytest.mark.cloud(page_size=PAGE)
def test_deletes_every_page(task: Any, cloud: Any, names: Any) -> None:
    """Four pages of keys. Here S3 lists 3 keys a page, whatever is asked."""
    s3, bucket = new_bucket(cloud, names, names.region())
    prefix, kept = names.prefix(), "~kept"
    put_all(cloud, bucket, [prefix, *names.keys(3 * PAGE, prefix=prefix), kept])
    stop_endless_listing(cloud)
    deleted = task.delete_prefix(s3, bucket, prefix)
    cloud.faults.clear()
    listed = cloud.log.count(*LISTINGS)
    marker = keys_in(s3, bucket) == [prefix, kept]  # all but the key that is the prefix itself
    expect_left(task.last_call, s3, bucket, [kept], "L6" if marker else shown_by(cloud, "L2" if listed < 4 else None))
    expect_equal(deleted, 3 * PAGE + 1, task.last_call, "L14")


@pytest.mark.task("1.4", "core", points=0.5)
def test_nothing_to_delete_sends_no_delete(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses a delete request without keys."""
    s3, bucket = new_bucket(cloud, names)
    key = names.plain_key()
    put_all(cloud, bucket, [key, "there/a"])
    works(task, "delete_prefix", s3, bucket, "there/")
    expect_left(task.last_call, s3, bucket, [key], shown_by(cloud, None))
    before = len(cloud.log)
    ended = attempt(task, "delete_prefix", s3, bucket, "nothing/")
    called = f"{task.last_call}, where no key starts like that"
    mistake = blamed(ended, "U18") if ended.error else "L14"
    expect(
        ended.error is None and ended.value == 0 and ended.value is not False,
        called=called,
        expected="0",
        found=ended,
        mistake=mistake,
    )
    sent = cloud.log.after(before).count(*DELETES)
    expect(not sent, called=called, expected="no delete request", found=sent, mistake="U18")


@pytest.mark.task("1.4", "core", points=0.5)
def test_empty_prefix_is_refused(task: Any, cloud: Any, names: Any) -> None:
    """An empty prefix would empty the bucket."""
    s3, bucket = new_bucket(cloud, names)
    keys = sorted(names.plain_keys(2))
    for prefix in ("~gone/", "~"):
        put_all(cloud, bucket, [*keys, f"{prefix}a"])
        works(task, "delete_prefix", s3, bucket, prefix)
        expect_left(task.last_call, s3, bucket, keys, shown_by(cloud, None))
    expect_value_error(
        task, cloud, "L12", "an empty prefix means every object of the bucket", "delete_prefix", s3, bucket, ""
    )
    expect_left(task.last_call, s3, bucket, keys, shown_by(cloud, "L12"))


@pytest.mark.task("1.4", "core", points=0.5)
def test_deleting_in_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """Not 0: there is no bucket to delete from."""
    s3, there = new_bucket(cloud, names)
    bucket = names.bucket()
    put_all(cloud, there, ["a/b"])
    works(task, "delete_prefix", s3, there, "a/")
    expect_missing(task, bucket, "delete_prefix", s3, bucket, names.prefix())


@pytest.mark.task("1.4", "mastery", points=0.3)
def test_any_key_and_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Keys are plain text: a slash at the start, the marker of a folder, spaces and signs; a prefix may be a space."""
    s3, bucket = new_bucket(cloud, names)
    for start, count in zip(("", "/"), names.sample([2, 3, 4], 2), strict=True):
        word = start + names.word()
        gone = [f"{word}s", f"{word}/", *names.keys(count, prefix=f"{word}/")]
        kept = [f"old/{word}/a", word[:-1], names.key(), f"{word.lstrip('/')}/a" if start else names.key()]
        expect_deleted(task, cloud, s3, bucket, word, gone, kept)
    kept = keys_in(s3, bucket)
    expect_deleted(task, cloud, s3, bucket, " ", [" ", " a"], kept)


@pytest.mark.task("1.4", "mastery", points=0.3)
@pytest.mark.limit(30)
def test_deletes_more_than_1000_keys(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses a delete request with more than 1,000 keys."""
    s3, bucket = new_bucket(cloud, names)
    prefix, count = names.prefix(), 1001  # what is left for the last request is one key
    fill(cloud, bucket, prefix, count)
    stop_endless_listing(cloud, count)
    ended = attempt(task, "delete_prefix", s3, bucket, prefix)
    called = f"{task.last_call} with {count} keys under the prefix"
    most = max((len(call.params["Delete"].get("Objects", [])) for call in cloud.log.of("s3.DeleteObjects")), default=0)
    expect(
        most <= 1000,
        called=called,
        expected="at most 1,000 keys a delete request, or AWS refuses it",
        found=f"one with {most}",
        mistake="U16",
    )
    cloud.faults.clear()
    pages, left = cloud.log.count(*LISTINGS), len(keys_in(s3, bucket))
    expect(
        not left,
        called=called,
        expected="an empty bucket",
        found=f"{ended}, and {left} keys are left",
        mistake=blamed(ended, shown_by(cloud, "L2" if pages == 1 else "U16")),
    )
    expect(ended.value == count, called=called, expected=count, found=ended, mistake=blamed(ended, "L14"))


@pytest.mark.task("1.4", "mastery", points=0.4)
@pytest.mark.limit(30)
@pytest.mark.cloud(page_size=400)
def test_names_the_keys_that_s3_did_not_delete(task: Any, cloud: Any, names: Any) -> None:
    """S3 refuses two of very many keys, far apart, with 200: RuntimeError with both; all others are gone."""
    s3, bucket = new_bucket(cloud, names)
    keys = fill(cloud, bucket, names.prefix(), names.number(1100, 1109))
    prefix = keys[0][:-5]
    refused = [keys[1], keys[-2]]
    cloud.faults.add("s3.DeleteObjects", keys=refused, code="AccessDenied", times=None)
    for key in refused:
        cloud.faults.add("s3.DeleteObject", where={"Key": key}, code="AccessDenied", times=None)
    stop_endless_listing(cloud, len(keys))
    ended = attempt(task, "delete_prefix", s3, bucket, prefix)
    cloud.faults.clear()
    called = f"{task.last_call}, where S3 answers that it did not delete {show(refused)}"
    if not isinstance(ended.error, RuntimeError):
        fail(
            called=called,
            expected="a RuntimeError naming them",
            found=ended,
            mistake=blamed(ended, shown_by(cloud, "U17")),
        )
    unnamed = [key for key in refused if key not in str(ended.error)]
    expect(
        not unnamed,
        called=called,
        expected="a RuntimeError naming each",
        found=f"{ended}; not named: {show(unnamed)}",
        mistake="U17",
    )
    left = keys_in(s3, bucket)
    expect(
        left == refused,
        called=called,
        expected=f"the {len(keys) - 2} others to be gone",
        found=show(left),
        mistake="U17",
    )


@pytest.mark.task("1.4", "mastery", points=0.3)
def test_older_versions_stay(task: Any, cloud: Any, names: Any) -> None:
    """With versioning a delete adds a marker: versions stay, and a key that was deleted before does not count."""
    s3, bucket = new_bucket(cloud, names)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    prefix = names.prefix()
    keys = names.keys(3, prefix=prefix)
    put_all(cloud, bucket, [*keys, *keys])
    s3.delete_object(Bucket=bucket, Key=keys[0])
    before = set(versions_in(s3, bucket))
    deleted = task.delete_prefix(s3, bucket, prefix)
    called = f"{task.last_call} in a bucket with versioning"
    lost = sorted(before - set(versions_in(s3, bucket)))
    expect(
        not lost,
        called=called,
        expected="every older version to stay",
        found=f"{len(lost)} of them gone",
        mistake="B11",
    )
    left = keys_in(s3, bucket)
    expect(not left, called=called, expected="no key left", found=show(left), mistake=shown_by(cloud, None))
    expect_equal(deleted, 2, f"{called}, where one of three objects was deleted before", "L14")


@pytest.mark.task("1.4", "mastery", points=0.3)
def test_forbidden_deleting_is_not_an_empty_prefix(task: Any, cloud: Any, names: Any) -> None:
    """A 403 on the listing, or on a whole delete request, reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    put_all(cloud, bucket, [names.key(prefix="a/"), names.key(prefix="b/")])
    refused = cloud.faults.add("s3.DeleteObjects", code="AccessDenied", status=403, times=None)
    ended = attempt(task, "delete_prefix", s3, bucket, "b/")
    if refused.met:  # whoever deletes one at a time is told so of one key, which is to be a RuntimeError
        expect_as_it_is(task, "U12", ended)
    cloud.faults.clear()
    expect_s3_forbidden(task, cloud, LISTINGS, "delete_prefix", s3, bucket, "a/")
