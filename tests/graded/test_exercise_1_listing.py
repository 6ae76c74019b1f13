"""Check tasks 1.3 and 1.4: what a prefix lists, and what it deletes."""

from __future__ import annotations

from typing import Any

import pytest
from support import attempt, expect_forbidden, expect_missing, expect_value_error
from support_s3 import (
    fill,
    forbid_reading,
    keys_in,
    new_bucket,
    put_all,
    stop_endless_listing,
    versions_in,
)

from day89.course.checking import expect, expect_equal, expect_type, fail, show

PAGE = 3
DELETES = ("s3.DeleteObjects", "s3.DeleteObject")


def expect_keys(task: Any, found: Any, wanted: list[str], mistake: str) -> None:
    """Fail unless the returned list holds exactly the keys, in S3's order."""
    called = f"called {task.last_call}"
    expect_type(found, list, task.last_call, mistake)
    lost = [key for key in wanted if key not in found]
    more = [key for key in found if key not in wanted]
    expect(
        not lost and not more,
        f"{called}; expected {len(wanted)} keys; found {len(found)}: {show(lost)} missing, {show(more)} too many",
        mistake,
    )
    expect(
        list(found) == wanted,
        f"{called}; expected each key once in S3's order, {show(wanted)}; found {show(found)}",
        mistake,
    )


# ---- 1.3 list_keys


@pytest.mark.task("1.3", "core", points=1)
def test_lists_the_keys_under_a_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Two folders of one bucket: each lists its own keys, folders within included."""
    s3, bucket = new_bucket(cloud, names)
    first, second = names.prefix(), names.prefix()
    keys = [*names.keys(3, prefix=first), *names.keys(2, prefix=second), names.plain_key()]
    put_all(s3, bucket, keys)
    for prefix in (first, second):
        found = task.list_keys(s3, bucket, prefix)
        expect_keys(task, found, sorted(key for key in keys if key.startswith(prefix)), "L7")


@pytest.mark.task("1.3", "core", points=0.5)
def test_lists_every_key_without_a_prefix(task: Any, cloud: Any, names: Any) -> None:
    """No prefix means the whole bucket."""
    s3, bucket = new_bucket(cloud, names, names.region())
    keys = [*names.keys(2, prefix=names.prefix()), *names.keys(2)]
    put_all(s3, bucket, keys)
    expect_keys(task, task.list_keys(s3, bucket), sorted(keys), "L7")


@pytest.mark.task("1.3", "core", points=0.5)
def test_prefix_is_text_and_no_folder(task: Any, cloud: Any, names: Any) -> None:
    """``data`` lists ``data/a``, ``database`` and ``data`` itself."""
    s3, bucket = new_bucket(cloud, names)
    word = names.word()
    keys = [word, f"{word}/a", f"{word}base/b c"]
    put_all(s3, bucket, [*keys, f"old/{word}/c", word[:-1]])
    expect_keys(task, task.list_keys(s3, bucket, word), sorted(keys), "L5")


@pytest.mark.task("1.3", "core", points=0.5)
def test_nothing_under_the_prefix_is_an_empty_list(task: Any, cloud: Any, names: Any) -> None:
    """An answer without objects has no Contents."""
    s3, bucket = new_bucket(cloud, names)
    expect_keys(task, task.list_keys(s3, bucket), [], "L1")
    put_all(s3, bucket, [names.key()])
    expect_keys(task, task.list_keys(s3, bucket, "nothing/"), [], "L1")


@pytest.mark.task("1.3", "core", points=0.5)
def test_listing_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """Not an empty list: there is no bucket to list."""
    s3, _ = new_bucket(cloud, names)
    bucket = names.bucket()
    expect_missing(task, bucket, "R1", "list_keys", s3, bucket, names.prefix())


@pytest.mark.task("1.3", "mastery", points=1)
@pytest.mark.cloud(page_size=PAGE)
def test_lists_every_page(task: Any, cloud: Any, names: Any) -> None:
    """Four pages, the last one not full; then three full ones. Here S3 never answers with more than 3 keys."""
    s3, bucket = new_bucket(cloud, names)
    first, second = names.prefix(), names.prefix()
    keys = [*names.keys(3 * PAGE + 1, prefix=first), *names.keys(3 * PAGE, prefix=second)]
    put_all(s3, bucket, keys)
    stop_endless_listing(cloud)
    for prefix in (first, second):
        found = task.list_keys(s3, bucket, prefix)
        mistake = "L3" if any(int(call.params.get("MaxKeys") or 0) > 1000 for call in cloud.log) else "L2"
        expect_keys(task, found, sorted(key for key in keys if key.startswith(prefix)), mistake)


@pytest.mark.task("1.3", "mastery", points=0.5)
def test_keys_come_as_they_are(task: Any, cloud: Any, names: Any) -> None:
    """Signs, spaces and folder markers are part of a key: nothing is decoded, stripped or left out."""
    s3, bucket = new_bucket(cloud, names, names.region())
    prefix = names.prefix()
    keys = [prefix, f"{prefix} a+b ", f"{prefix}50%25", f"{prefix}é'\"&", f"{prefix}empty/", names.key(prefix=prefix)]
    put_all(s3, bucket, keys)
    expect_keys(task, task.list_keys(s3, bucket, prefix), sorted(keys), "L6")


@pytest.mark.task("1.3", "mastery", points=0.5)
def test_forbidden_listing_is_not_an_empty_bucket(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    forbid_reading(cloud)
    expect_forbidden(task, "U12", "list_keys", s3, bucket, names.prefix())


# ---- 1.4 delete_prefix


@pytest.mark.task("1.4", "core", points=1)
def test_deletes_what_starts_with_the_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Two prefixes, one after the other; everything else stays, also a key that only holds the prefix."""
    s3, bucket = new_bucket(cloud, names)
    for count in names.sample([2, 3, 4], 2):
        word = names.word()
        gone, kept = [f"{word}s", *names.keys(count, prefix=f"{word}/")], [f"old/{word}/a", word[:-1], names.key()]
        put_all(s3, bucket, [*gone, *kept])
        before = keys_in(s3, bucket)
        deleted = task.delete_prefix(s3, bucket, word)
        wanted = [key for key in before if key not in gone]
        expect_equal(keys_in(s3, bucket), wanted, f"{task.last_call}, looked at the keys that are left", "L5")
        expect_equal(deleted, len(gone), task.last_call, "L8")


@pytest.mark.task("1.4", "core", points=0.5)
@pytest.mark.cloud(page_size=PAGE)
def test_deletes_every_page(task: Any, cloud: Any, names: Any) -> None:
    """Four pages of keys. Here S3 lists 3 keys a page, whatever is asked."""
    s3, bucket = new_bucket(cloud, names, names.region())
    prefix, kept = names.prefix(), "~kept"
    put_all(s3, bucket, [*names.keys(3 * PAGE + 1, prefix=prefix), kept])
    stop_endless_listing(cloud)
    deleted = task.delete_prefix(s3, bucket, prefix)
    cloud.faults.clear()
    expect_equal(keys_in(s3, bucket), [kept], f"{task.last_call}, looked at the keys that are left", "L2")
    expect_equal(deleted, 3 * PAGE + 1, task.last_call, "L8")


@pytest.mark.task("1.4", "core", points=0.5)
def test_nothing_to_delete_sends_no_delete(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses a delete request without keys."""
    s3, bucket = new_bucket(cloud, names)
    put_all(s3, bucket, [names.key()])
    ended = attempt(task, "delete_prefix", s3, bucket, "nothing/")
    called = f"called {task.last_call}, where no key starts like that"
    expect(
        ended.error is None and ended.value == 0 and ended.value is not False, f"{called}; expected 0; {ended}", "U18"
    )
    sent = cloud.log.count(*DELETES)
    expect(not sent, f"{called}; expected no delete request; found {sent}", "U18")


@pytest.mark.task("1.4", "core", points=0.5)
def test_empty_prefix_is_refused(task: Any, cloud: Any, names: Any) -> None:
    """An empty prefix would empty the bucket."""
    s3, bucket = new_bucket(cloud, names)
    keys = sorted(names.keys(2))
    put_all(s3, bucket, keys)
    expect_value_error(
        task, cloud, "L12", "an empty prefix means every object of the bucket", "delete_prefix", s3, bucket, ""
    )
    expect_equal(keys_in(s3, bucket), keys, f"{task.last_call}, looked at the keys that are left", "L12")


@pytest.mark.task("1.4", "core", points=0.5)
def test_deleting_in_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """Not 0: there is no bucket to delete from."""
    s3, _ = new_bucket(cloud, names)
    bucket = names.bucket()
    expect_missing(task, bucket, "R1", "delete_prefix", s3, bucket, names.prefix())


@pytest.mark.task("1.4", "mastery", points=0.5)
def test_deletes_more_than_1000_keys(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses a delete request with more than 1,000 keys."""
    s3, bucket = new_bucket(cloud, names)
    prefix, count = names.prefix(), names.number(1001, 1040)
    fill(cloud, bucket, prefix, count)
    ended = attempt(task, "delete_prefix", s3, bucket, prefix)
    called = f"called {task.last_call} with {count} keys under the prefix"
    most = max((len(call.params["Delete"]["Objects"]) for call in cloud.log.of("s3.DeleteObjects")), default=0)
    expect(
        most <= 1000,
        f"{called}; expected at most 1,000 keys a delete request, or AWS refuses it; found one with {most}",
        "U16",
    )
    left = len(keys_in(s3, bucket))
    expect(
        ended.value == count and not left,
        f"{called}; expected {count} and an empty bucket; {ended}, and {left} keys are left",
        "U16",
    )


@pytest.mark.task("1.4", "mastery", points=0.5)
@pytest.mark.cloud(page_size=PAGE)
def test_names_the_keys_that_s3_did_not_delete(task: Any, cloud: Any, names: Any) -> None:
    """S3 refuses two keys, far apart, within answers that are 200: RuntimeError with both; all others are gone."""
    s3, bucket = new_bucket(cloud, names)
    prefix = names.prefix()
    keys = sorted(f"{prefix}{number}-{names.tag()}.csv" for number in range(3 * PAGE))
    put_all(s3, bucket, keys)
    refused = [keys[1], keys[-1]]
    cloud.faults.add("s3.DeleteObjects", keys=refused, code="AccessDenied", times=None)
    for key in refused:
        cloud.faults.add("s3.DeleteObject", where={"Key": key}, code="AccessDenied", times=None)
    stop_endless_listing(cloud)
    ended = attempt(task, "delete_prefix", s3, bucket, prefix)
    cloud.faults.clear()
    called = f"called {task.last_call}, where S3 answers that it did not delete {show(refused)}"
    if not isinstance(ended.error, RuntimeError):
        fail(f"{called}; expected a RuntimeError naming them; {ended}", "U17")
    unnamed = [key for key in refused if key not in str(ended.error)]
    expect(not unnamed, f"{called}; expected a RuntimeError naming each; {ended}; not named: {show(unnamed)}", "U17")
    left = keys_in(s3, bucket)
    expect(left == refused, f"{called}; expected the {len(keys) - 2} others to be gone; found {show(left)}", "U17")


@pytest.mark.task("1.4", "mastery", points=0.5)
def test_older_versions_stay(task: Any, cloud: Any, names: Any) -> None:
    """With versioning a delete adds a marker: versions stay, and a key that was deleted before does not count."""
    s3, bucket = new_bucket(cloud, names)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    prefix = names.prefix()
    keys = names.keys(3, prefix=prefix)
    put_all(s3, bucket, [*keys, *keys])
    s3.delete_object(Bucket=bucket, Key=keys[0])
    before = set(versions_in(s3, bucket))
    deleted = task.delete_prefix(s3, bucket, prefix)
    called = f"{task.last_call} in a bucket with versioning"
    lost = sorted(before - set(versions_in(s3, bucket)))
    expect(not lost, f"called {called}; expected every older version to stay; found {len(lost)} of them gone", "B11")
    expect_equal(keys_in(s3, bucket), [], f"{called}, looked at the keys that are left", "B11")
    expect_equal(deleted, 2, f"{called}, where one of three objects was deleted before", "B11")


@pytest.mark.task("1.4", "mastery", points=0.5)
def test_forbidden_deleting_is_not_an_empty_prefix(task: Any, cloud: Any, names: Any) -> None:
    """A 403 on the listing reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    put_all(s3, bucket, [names.key(prefix="a/")])
    forbid_reading(cloud)
    expect_forbidden(task, "U12", "delete_prefix", s3, bucket, "a/")
