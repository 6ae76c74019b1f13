"""Check task 1.3, list_keys: what a prefix lists, over all pages."""

from __future__ import annotations

from typing import Any

import pytest
from support import answer, expect_forbidden, expect_missing, holding, works
from support_s3 import (
    LISTINGS,
    expect_s3_forbidden,
    fill,
    new_bucket,
    put_all,
    set_ages,
    stop_endless_listing,
)

from day89.course.checks.expectations import expect, expect_type, show

PAGE = 3
SMALL_PAGES = 520  # requests that a right answer with two keys a page of its own may need for a thousand keys


def expect_keys(task: Any, cloud: Any, found: Any, wanted: list[str], mistake: str) -> None:
    """Fail unless the returned list holds exactly the keys, in S3's order."""
    called = f"{task.last_call}{holding(*wanted, what='a key')}"
    task.silence.is_right = not isinstance(found, list)  # a generator has not asked for anything yet
    expect_type(found, list, task.last_call, ("R15" if wanted else "L1") if found is None else "L13")
    lost = [key for key in wanted if key not in found]
    more = [key for key in found if key not in wanted]
    words = [
        f"{len(keys)} {what}, such as {show(keys[:2])}"
        for keys, what in ((lost, "missing"), (more, "too many"))
        if keys
    ]
    if any(call.params.get("Delimiter") for call in cloud.log.of(*LISTINGS)):
        mistake = "L7"
    elif len(found) == len(wanted):
        mistake = "U7"  # as many as there should be, with other names
    expect(
        not words,
        called=called,
        expected=f"{len(wanted)} key{'' if len(wanted) == 1 else 's'}",
        found=f"{len(found)}: {', '.join(words)}",
        mistake=mistake,
    )
    expect(
        list(found) == wanted,
        called=called,
        expected=f"each key once in S3's order, {show(wanted)}",
        found=show(found),
        mistake="L13",
    )


@pytest.mark.task("1.3", "core", points=0.75)
def test_lists_the_keys_under_a_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Two folders of one bucket: each lists its own keys, folders within included."""
    s3, bucket = new_bucket(cloud, names)
    first, second = names.prefix(), names.prefix()
    keys = [*names.plain_keys(3, prefix=f"{first}sub/"), *names.plain_keys(2, prefix=second), names.plain_key()]
    put_all(cloud, bucket, keys)
    for prefix in (first, second):
        found = task.list_keys(s3, bucket, prefix)
        expect_keys(task, cloud, found, sorted(key for key in keys if key.startswith(prefix)), "L5")


@pytest.mark.task("1.3", "core", points=0.5)
def test_prefix_is_text_and_no_folder(task: Any, cloud: Any, names: Any) -> None:
    """``data`` lists ``data/a``, ``database`` and ``data`` itself, in S3's order: capitals first, no numbers."""
    s3, bucket = new_bucket(cloud, names)
    word = names.word()
    keys = [word, f"{word}/a", f"{word}/B", f"{word}/v9", f"{word}/v10", f"{word}base/b"]
    put_all(cloud, bucket, [*names.shuffled(keys), f"old/{word}/c", word[:-1]])
    set_ages(cloud, bucket, names.shuffled(keys))
    expect_keys(task, cloud, task.list_keys(s3, bucket, word), sorted(keys), "L5")


@pytest.mark.task("1.3", "core", points=0.5)
def test_nothing_under_the_prefix_is_an_empty_list(task: Any, cloud: Any, names: Any) -> None:
    """An answer without objects has no Contents. No prefix means the whole bucket."""
    s3, bucket = new_bucket(cloud, names)
    expect_keys(task, cloud, answer(task, "L1", "list_keys", s3, bucket), [], "L1")
    key = names.plain_key()
    put_all(cloud, bucket, [key])
    expect_keys(task, cloud, answer(task, "L1", "list_keys", s3, bucket, "nothing/"), [], "L5")
    expect_keys(task, cloud, answer(task, "L1", "list_keys", s3, bucket), [key], "F2")


@pytest.mark.task("1.3", "core", points=0.5)
def test_listing_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """Not an empty list: there is no bucket to list."""
    s3, there = new_bucket(cloud, names)
    put_all(cloud, there, [names.plain_key()])
    bucket = names.bucket()
    works(task, "list_keys", s3, there)
    expect_missing(task, bucket, "list_keys", s3, bucket, names.prefix())


@pytest.mark.task("1.3", "core", points=0.75)
@pytest.mark.cloud(page_size=PAGE)
def test_lists_every_page(task: Any, cloud: Any, names: Any) -> None:
    """Twelve pages, the last one not full; then three full ones. Here S3 never answers with more than 3 keys."""
    s3, bucket = new_bucket(cloud, names)
    first, second = names.prefix(), names.prefix()
    keys = [*names.plain_keys(11 * PAGE + 1, prefix=first), *names.plain_keys(3 * PAGE, prefix=second)]
    put_all(cloud, bucket, keys)
    stop_endless_listing(cloud, len(keys))
    for prefix in (first, second):
        found = answer(task, "L4", "list_keys", s3, bucket, prefix)
        mistake = "L3" if any(int(call.params.get("MaxKeys") or 0) > 1000 for call in cloud.log) else "L2"
        expect_keys(task, cloud, found, sorted(key for key in keys if key.startswith(prefix)), mistake)


@pytest.mark.task("1.3", "mastery", points=0.4)
@pytest.mark.limit(30)
def test_lists_more_than_1000_keys(task: Any, cloud: Any, names: Any) -> None:
    """More than S3 ever puts into one page: who stops at 1,000 has stopped too early."""
    s3, bucket = new_bucket(cloud, names)
    prefix = names.prefix()
    wanted = fill(cloud, bucket, prefix, names.number(1001, 1009))
    stop_endless_listing(cloud, SMALL_PAGES)
    expect_keys(task, cloud, answer(task, "L4", "list_keys", s3, bucket, prefix), wanted, "L2")


@pytest.mark.task("1.3", "mastery", points=0.4)
def test_only_current_objects_count(task: Any, cloud: Any, names: Any) -> None:
    """In a bucket with versioning one object has two versions, and one was deleted."""
    s3, bucket = new_bucket(cloud, names, names.region())
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys, gone = [*names.keys(2, prefix=names.prefix()), *names.keys(2)], names.key()
    put_all(cloud, bucket, [*keys, keys[0], gone])
    s3.delete_object(Bucket=bucket, Key=gone)
    found = task.list_keys(s3, bucket)
    is_old = isinstance(found, list) and (gone in found or found.count(keys[0]) > 1)
    expect_keys(task, cloud, found, sorted(keys), "L15" if is_old else "L5")


@pytest.mark.task("1.3", "mastery", points=0.6)
def test_keys_come_as_they_are(task: Any, cloud: Any, names: Any) -> None:
    """Signs, spaces and folder markers are part of a key: nothing is decoded, stripped or left out."""
    s3, bucket = new_bucket(cloud, names, names.region())
    for prefix in (names.prefix(), f"/{names.word()}.d+(1) "):
        keys = [prefix, f"{prefix} a+b ", f"{prefix}50%25", f"{prefix}é'\"&", f"{prefix}sub/", names.key(prefix=prefix)]
        keys += [f"{prefix}\uff5e", f"{prefix}\U0001f427"]  # as UTF-16 they would stand the other way round
        put_all(cloud, bucket, keys)
        put_all(cloud, bucket, [f"{prefix}empty", f"{prefix}sub/"], body=b"")
        put_all(cloud, bucket, [prefix.strip("/ "), f"{prefix.strip('/ ')}x", prefix.replace(".", "x")])
        found = task.list_keys(s3, bucket, prefix)
        expect_keys(task, cloud, found, sorted([*keys, f"{prefix}empty"]), "L6")


@pytest.mark.task("1.3", "mastery", points=0.6)
@pytest.mark.cloud(page_size=2)
def test_forbidden_listing_is_not_an_empty_bucket(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is, also where only the second page is refused: half a list is none."""
    s3, bucket = new_bucket(cloud, names)
    put_all(cloud, bucket, names.keys(5))
    stop_endless_listing(cloud)
    works(task, "list_keys", s3, bucket)
    cloud.faults.clear()
    for action in LISTINGS:
        cloud.faults.add(action, nth=2, code="AccessDenied", status=403, times=None)
    expect_forbidden(task, "U12", "list_keys", s3, bucket)
    cloud.faults.clear()
    expect_s3_forbidden(task, cloud, LISTINGS, "list_keys", s3, bucket, names.prefix(), before=(s3, bucket))
