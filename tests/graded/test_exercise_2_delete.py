"""Check task 2.4, delete_bucket: every version, every delete marker, every page, and then the bucket."""

from __future__ import annotations

from typing import Any

import pytest
from support import attempt, blamed, expect_missing, works
from support_s3 import LISTINGS, expect_s3_forbidden, fill, new_bucket, put_all, stop_endless_listing, versions_in

from day89.course.checks.expectations import expect

PAGE = 3


def expect_gone(task: Any, cloud: Any, s3: Any, bucket: str, count: int, holding: str, mistake: str) -> None:
    """Fail unless the call deletes the bucket and returns how many versions and markers there were."""
    stop_endless_listing(cloud, count)
    ended = attempt(task, "delete_bucket", s3, bucket)
    cloud.faults.clear()
    called = f"{task.last_call} on a bucket with {holding}"
    pages = cloud.log.count(*LISTINGS)
    there = bucket in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    left = still_in(s3, bucket) if there else ""
    expect(
        ended.error is None,
        called=called,
        expected="the bucket to be deleted",
        found=f"{ended}{f'; still in it: {left}' if left else ''}",
        mistake=blamed(ended, shown_by(cloud, left, mistake, pages)),
    )
    expect(
        not there,
        called=called,
        expected="the bucket to be gone",
        found=f"{ended}, and the bucket is still there, with {left} in it",
        mistake="B15",
    )
    is_count = ended.value == count and type(ended.value) is int
    expect(is_count, called=called, expected=f"{count}, the number of versions and markers", found=ended, mistake="B14")


def still_in(s3: Any, bucket: str) -> str:
    """Return in words what a bucket holds."""
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    found = {
        what: sum(len(page.get(name, [])) for page in pages)
        for name, what in (("Versions", "versions of objects"), ("DeleteMarkers", "delete markers"))
    }
    return " and ".join(f"{count} {what}" for what, count in found.items() if count) or "nothing"


def shown_by(cloud: Any, left: str, otherwise: str, pages: int) -> str:
    """Return the mistake that the requests show, and what they have left."""
    sent = [len(call.params.get("Delete", {}).get("Objects", [])) for call in cloud.log.of("s3.DeleteObjects")]
    if max(sent, default=0) > 1000:
        return "U16"
    if 0 in sent:
        return "U18"
    return "B9" if "delete markers" in left and (pages > 1 or otherwise != "L2") else otherwise


def versioned(cloud: Any, names: Any, region: str, objects: int) -> tuple[Any, str]:
    """Make a bucket with objects of two versions each, the last of them deleted."""
    s3, bucket = new_bucket(cloud, names, region)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = names.plain_keys(objects) if region == "us-east-1" else names.keys(objects)
    put_all(cloud, bucket, [*keys, *keys])
    s3.delete_object(Bucket=bucket, Key=keys[0])
    return s3, bucket


@pytest.mark.task("2.4", "core", points=0.5)
def test_deletes_an_empty_bucket(task: Any, cloud: Any, names: Any) -> None:
    """Nothing was in it: 0. A bucket beside it stays."""
    s3, bucket = new_bucket(cloud, names)
    _, other = new_bucket(cloud, names)
    expect_gone(task, cloud, s3, bucket, 0, "nothing in it", "B15")
    there = [item["Name"] for item in s3.list_buckets()["Buckets"]]
    expect(there == [other], called=task.last_call, expected="the other bucket to stay", found=there, mistake="B8")


@pytest.mark.task("2.4", "core", points=1)
def test_deletes_a_bucket_with_objects(task: Any, cloud: Any, names: Any) -> None:
    """A bucket that never had versioning, in two regions: each object is one version."""
    for region in ("us-east-1", names.region()):
        s3, bucket = new_bucket(cloud, names, region)
        count = names.number(1, 6)
        put_all(cloud, bucket, names.plain_keys(count))
        expect_gone(task, cloud, s3, bucket, count, f"{count} objects", "B8")


@pytest.mark.task("2.4", "core", points=1)
def test_deletes_versions_and_markers(task: Any, cloud: Any, names: Any) -> None:
    """Two versions an object, and a delete marker."""
    count = names.number(2, 4)
    s3, bucket = versioned(cloud, names, "us-east-1", count)
    holding = f"{2 * count} versions and a delete marker"
    expect_gone(task, cloud, s3, bucket, 2 * count + 1, holding, "B9")


@pytest.mark.task("2.4", "core", points=0.5)
def test_deleting_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """AWS says NoSuchBucket."""
    s3, there = new_bucket(cloud, names)
    bucket = names.bucket()
    works(task, "delete_bucket", s3, there)
    expect_missing(task, bucket, "delete_bucket", s3, bucket)


@pytest.mark.task("2.4", "mastery", points=0.5)
@pytest.mark.cloud(page_size=PAGE)
def test_deletes_every_page_of_versions(task: Any, cloud: Any, names: Any) -> None:
    """Five pages, markers among them. Here S3 lists 3 versions a page, whatever is asked."""
    s3, bucket = versioned(cloud, names, names.region(), 7)
    expect_gone(task, cloud, s3, bucket, 15, "15 versions and markers on 5 pages", "L2")


@pytest.mark.task("2.4", "mastery", points=0.5)
@pytest.mark.limit(30)
def test_deletes_more_than_1000_versions(task: Any, cloud: Any, names: Any) -> None:
    """AWS refuses a delete request with more than 1,000 entries."""
    s3, bucket = new_bucket(cloud, names)
    count = 1001  # what is left for the last request is one version
    fill(cloud, bucket, "a/", count)
    expect_gone(task, cloud, s3, bucket, count, f"{count} objects", "L2")


@pytest.mark.task("2.4", "mastery", points=0.5)
def test_deletes_versions_from_before_versioning(task: Any, cloud: Any, names: Any) -> None:
    """Their version id is ``null``, and so is that of a marker that was set while versioning was suspended."""
    s3, bucket = new_bucket(cloud, names, names.region())
    first, second, third = names.keys(3)
    put_all(cloud, bucket, [first, second])
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put_all(cloud, bucket, [first, third])
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_object(Bucket=bucket, Key=third)
    count = len(versions_in(s3, bucket))
    expect_gone(task, cloud, s3, bucket, count, f"{count} versions and markers, versioning suspended", "B9")


@pytest.mark.task("2.4", "mastery", points=0.5)
def test_forbidden_bucket_is_not_a_missing_one(task: Any, cloud: Any, names: Any) -> None:
    """A 403, on the listing or on the last step, reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    _, other = new_bucket(cloud, names)
    expect_s3_forbidden(task, cloud, ("s3.DeleteBucket",), "delete_bucket", s3, bucket, before=(s3, other))
    cloud.faults.clear()
    key = names.plain_key()
    put_all(cloud, bucket, [key])
    cloud.faults.add("s3.DeleteObjects", keys=[key], code="AccessDenied", times=None)
    cloud.faults.add("s3.DeleteObject", code="AccessDenied", times=None)
    stop_endless_listing(cloud)
    ended = attempt(task, "delete_bucket", s3, bucket)
    called = f"{task.last_call}, where S3 answers that it did not delete {key!r}"
    expect(ended.error, called=called, expected="an error, as the bucket is still there", found=ended, mistake="U17")
