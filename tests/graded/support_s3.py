"""Help the checks of exercises 1 and 2: fill buckets and look into them, past the learner's code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from support import MANY_CALLS, expect_forbidden, forbid, stop_endless_loops, works

from day89.course.checks.expectations import expect, show
from day89.course.checks.fake_data import Names
from day89.course.checks.learner import LearnerTask

# Every way to ask whether a bucket is there, and to list what is in it.
LISTINGS = ("s3.ListObjectsV2", "s3.ListObjects", "s3.ListObjectVersions")
PROBES = ("s3.HeadBucket", "s3.HeadObject", "s3.ListBuckets", "s3.GetBucketLocation", "s3.GetObjectAttributes")


def new_bucket(cloud: Any, names: Names, region: str = "us-east-1", name: str | None = None) -> tuple[Any, str]:
    """Make a bucket.

    Returns:
        A client of its region, and its name.
    """
    s3, bucket = cloud.client("s3", region), name or names.bucket()
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **where)
    return s3, bucket


def put_all(cloud: Any, bucket: str, keys: list[str], body: bytes = b"day89") -> None:
    """Store a small object under each key, quickly: straight into the cloud's state, past its log."""
    backend = cloud.state.backend("s3", cloud.state.account_of(None))
    for key in keys:
        backend.put_object(bucket, key, body)


def keys_in(s3: Any, bucket: str) -> list[str]:
    """List the keys of the current objects."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def objects_in(s3: Any, bucket: str) -> dict[str, bytes]:
    """Return key to content of the current objects."""
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys_in(s3, bucket)}


def versions_in(s3: Any, bucket: str) -> list[tuple[str, str]]:
    """List key and version id of every version and delete marker."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    entries = [entry for page in pages for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    return sorted((entry["Key"], entry["VersionId"]) for entry in entries)


def expect_s3_forbidden(
    task: LearnerTask,
    cloud: Any,
    actions: tuple[str, ...],
    function: str,
    *arguments: Any,
    before: tuple[Any, ...] | None = None,
    **keywords: Any,
) -> None:
    """Fail unless a 403 leaves the function as it is: on the calls that matter, then on all that may come before.

    Before that it has to work: with the same arguments, or with those that are given for it.
    """
    works(task, function, *(before or arguments), **keywords)
    for forbidden in (actions, (*PROBES, *LISTINGS)):
        forbid(cloud, *forbidden)
        expect_forbidden(task, "U12", function, *arguments, **keywords)


def stop_endless_listing(cloud: Any, objects: int = 0) -> None:
    """Have S3 refuse to list for ever; whoever asks for the objects one at a time may."""
    stop_endless_loops(cloud, *LISTINGS, many=objects + MANY_CALLS)


def files_under(folder: Path) -> dict[str, bytes]:
    """Return path to content of every file in a folder and below."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def wrong_body(found: bytes, path: Path, wanted: bytes) -> str | None:
    """Return which mistake an object's wrong content shows."""
    if found in (str(path).encode(), path.name.encode()):
        return "U3"
    return cut_or_changed(found, wanted) if found else "U5"


def cut_or_changed(found: bytes | None, wanted: bytes) -> str | None:
    """Return which mistake it is that content is only a part of the right one, or other bytes; None where none is."""
    if found in (None, wanted):
        return None
    return "U34" if found and found in wanted else "U4"


def stored_as(task: LearnerTask, s3: Any, bucket: str, key: str) -> dict[str, Any]:
    """Return what HEAD says of the object that the last call should have stored, or fail."""
    there = keys_in(s3, bucket)
    expect(
        key in there,
        called=task.last_call,
        expected=f"an object with the key {key!r}",
        found=f"the keys {show(there)}",
        mistake="U7",
    )
    head: dict[str, Any] = s3.head_object(Bucket=bucket, Key=key)
    return head


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    """Return in words how files differ: by name and size, as their bytes say nothing to a reader."""
    words = [f"{name} is gone" for name in before.keys() - after.keys()]
    words += [f"{name} is new, with {len(after[name])} bytes" for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        if before[name] != after[name]:
            now = f"has {len(after[name])} other bytes" if after[name] else "is empty"
            words.append(f"{name} {now} instead of its {len(before[name])} bytes")
    return "; ".join(sorted(words)) or "no change"


def fill(cloud: Any, bucket: str, prefix: str, count: int) -> list[str]:
    """Put many empty objects into a bucket.

    Returns:
        Their keys, in S3's order.
    """
    keys = [f"{prefix}{number:05}" for number in range(count)]
    put_all(cloud, bucket, keys, b"")
    return keys


def set_ages(cloud: Any, bucket: str, keys: list[str]) -> None:
    """Let each of these objects be a minute older than the one before it."""
    backend = cloud.state.backend("s3", cloud.state.account_of(None))
    for minutes, key in enumerate(keys):
        backend.get_object(bucket, key).last_modified -= timedelta(minutes=minutes)


def local_file(workdir: Path, name: str, data: bytes = b"day89") -> Path:
    """Write a file into the folder of the check."""
    path = workdir / name
    path.write_bytes(data)
    return path


def content(names: Names) -> bytes:
    """Return bytes that are no text, hold both kinds of line ends, and begin and end with what strip() takes away."""
    return b"\n\xff\x00\r\n\n" + names.bytes(names.number(50, 500)) + b"\r\n \n"


def big_content(names: Names) -> bytes:
    """Return more bytes than go into one part of what boto3 sends: these are what a loop over parts may lose."""
    return content(names) * 2 + names.bytes(8 * 1024 * 1024)
