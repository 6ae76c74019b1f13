"""Check task 1.2, download_file: an object becomes a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from support import answer, attempt, blamed, expect_missing, holding, works
from support_s3 import (
    big_content,
    changes,
    content,
    cut_or_changed,
    expect_s3_forbidden,
    files_under,
    local_file,
    new_bucket,
)

from day89.course.checks.expectations import expect, expect_equal, expect_type, show


def stored(cloud: Any, names: Any, key: str, region: str = "us-east-1") -> tuple[Any, str, bytes]:
    """Make a bucket with one object in it."""
    s3, bucket = new_bucket(cloud, names, region)
    data = content(names)
    s3.put_object(Bucket=bucket, Key=key, Body=data)
    return s3, bucket, data


def expect_untouched(task: Any, workdir: Path, before: dict[str, bytes], why: str, mistake: str) -> None:
    """Fail unless a failed download has left every file as it was."""
    found = files_under(workdir)
    expect(
        found == before,
        called=f"{task.last_call}, which failed as {why}",
        expected="each file as before",
        found=changes(before, found),
        mistake=mistake,
    )


@pytest.mark.task("1.2", "core", points=1)
def test_writes_the_bytes_of_the_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two objects come to one path: the second replaces the first."""
    files = [(key, content(names)) for key in names.plain_keys(2, prefix=names.prefix())]
    expect_downloads(task, cloud, names, workdir, files)


def expect_downloads(task: Any, cloud: Any, names: Any, workdir: Path, files: list[tuple[str, bytes]]) -> None:
    """Fail unless objects come to one path, one after the other, each of them whole and alone."""
    path, before = workdir / "result.bin", b""
    s3, bucket = new_bucket(cloud, names)
    for key, data in files:
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        before_the_call = len(cloud.log)
        ended = attempt(task, "download_file", s3, bucket, key, path)
        called = f"{task.last_call}{holding(key)}"
        asked = {call.params.get("Key", key) for call in cloud.log.after(before_the_call)} - {key}
        expect(
            not asked,
            called=called,
            expected="S3 to be asked for that key",
            found=show(list(asked)),
            mistake="U7",
        )
        problem = str(ended) if ended.error else ""
        mistake = "L6" if key.endswith("/") else None
        expect(not problem, called=called, expected="a result", found=problem, mistake=blamed(ended, mistake))
        found = files_under(workdir)
        old = bool(before) and found.get(path.name, b"").startswith(before)
        expect(
            found == {path.name: data},
            called=called,
            expected=f"{path.name} with the {len(data)} bytes of the object, and no other",
            found=changes({path.name: data}, found) + (", the first of them those of the file before" if old else ""),
            mistake="U28" if old else cut_or_changed(found.get(path.name), data),
        )
        before = data


@pytest.mark.task("1.2", "core", points=0.5)
def test_returns_the_path_as_a_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """What comes back is a pathlib.Path, also where the path was given as text."""
    key = names.plain_key(".csv")
    s3, bucket, _ = stored(cloud, names, key)
    for path in (workdir / names.word(), workdir / names.word()):
        found = task.download_file(s3, bucket, key, str(path))
        expect(
            isinstance(found, Path) and found.resolve() == path.resolve(),
            called=task.last_call,
            expected="the path as a pathlib.Path",
            found=f"{show(found)} ({type(found).__name__})",
            mistake="U11" if found is None else "U31",
        )


@pytest.mark.task("1.2", "core", points=0.5)
def test_creates_missing_parent_folders(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two levels are missing the first time, none the second."""
    key = names.plain_key(".csv")
    s3, bucket, data = stored(cloud, names, key, names.region())
    for path in (workdir / "a" / "b" / "first.csv", workdir / "a" / "b" / "second.csv"):
        answer(task, "U13", "download_file", s3, bucket, key, path)
        found = path.read_bytes() if path.is_file() else None
        expect(
            found == data,
            called=task.last_call,
            expected=f"a file with the {len(data)} bytes of the object",
            found="none" if found is None else f"{len(found)} other bytes",
            mistake="U13" if found is None else "U4",
        )


@pytest.mark.task("1.2", "core", points=0.5)
def test_missing_key_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """HEAD says 404, GET says NoSuchKey; the caller hears LookupError and the key."""
    there = names.plain_key()
    s3, bucket, _ = stored(cloud, names, there)
    key = names.plain_key(".csv")
    works(task, "download_file", s3, bucket, there, workdir / "b.csv")
    expect_missing(task, key, "download_file", s3, bucket, key, workdir / "a.csv")


@pytest.mark.task("1.2", "core", points=0.5)
def test_missing_bucket_of_a_download_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """HEAD says 404, GET says NoSuchBucket; the caller hears LookupError and the bucket."""
    key = names.plain_key()
    s3, there, _ = stored(cloud, names, key)
    bucket, path = names.bucket(), workdir / "a.csv"
    works(task, "download_file", s3, there, key, workdir / "b.csv")
    # Where the bucket is missing, so is the object; HEAD does not say which of the two.
    expect_missing(task, bucket, "download_file", s3, bucket, key, path, or_naming=key)


@pytest.mark.task("1.2", "mastery", points=0.5)
def test_any_key_and_any_size(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A large object, two of one length, the empty one of a folder: each key as it is."""
    first = content(names)
    keys = (names.key(), names.key(), f"{names.prefix()}50%25 a+b", names.prefix())
    sizes = (big_content(names), first, names.bytes(len(first)), b"")
    expect_downloads(task, cloud, names, workdir, list(zip(keys, sizes, strict=True)))


def expect_whole(task: Any, s3: Any, bucket: str, key: str, path: Path, data: bytes) -> None:
    """Fail unless a download works where nothing is wrong: whoever never writes has left nothing behind either."""
    works(task, "download_file", s3, bucket, key, path)
    found = path.read_bytes() if path.is_file() else None
    expect(
        found == data,
        called=f"{task.last_call}, where nothing is wrong",
        expected=f"a file with the {len(data)} bytes of the object, before the check looks at a download that fails",
        found="none" if found is None else f"{len(found)} bytes",
        mistake="F3" if found is None else cut_or_changed(found, data),
    )


@pytest.mark.task("1.2", "mastery", points=0.4)
def test_failed_download_leaves_the_old_file(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """An absent object neither empties the file at the path nor makes one."""
    key = names.key()
    s3, bucket, data = stored(cloud, names, key)
    expect_whole(task, s3, bucket, key, workdir / "whole.csv", data)
    old = local_file(workdir, "old.csv", content(names))
    before = files_under(workdir)
    for path in (old, workdir / "new.csv"):
        attempt(task, "download_file", s3, bucket, names.plain_key(), path)
        expect_untouched(task, workdir, before, "there is no such object", "U29")


@pytest.mark.task("1.2", "mastery", points=0.4)
def test_broken_download_leaves_no_part(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The connection breaks off within the body: an error, the old file whole, nothing beside it."""
    key = names.key(".csv")
    s3, bucket, data = stored(cloud, names, key)
    expect_whole(task, s3, bucket, key, workdir / "whole.csv", data)
    old = local_file(workdir, "old.csv", content(names))
    before = files_under(workdir)
    cloud.faults.add("s3.GetObject", cut_after=len(data) // 2, times=None)
    for path in (old, workdir / "new.csv"):
        ended = attempt(task, "download_file", s3, bucket, key, path)
        expect_untouched(task, workdir, before, "the connection broke off half-way", "U30")
        expect(
            ended.error,
            called=f"{task.last_call}, broken off half-way",
            expected="an error",
            found=ended,
            mistake="U30",
        )


@pytest.mark.task("1.2", "mastery", points=0.3)
def test_forbidden_download_is_not_a_missing_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A 403 on HEAD or GET reaches the caller as it is."""
    key = names.key(".csv")
    s3, bucket, _ = stored(cloud, names, key)
    path = workdir / "a.csv"
    expect_s3_forbidden(task, cloud, ("s3.GetObject",), "download_file", s3, bucket, key, path)


@pytest.mark.task("1.2", "mastery", points=0.4)
def test_takes_a_bare_file_name_and_another_kind_of_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A bare name has no parent folder to create; PurePosixPath is a PathLike without a mkdir of its own."""
    key = names.key(".csv")
    s3, bucket, data = stored(cloud, names, key)
    path, bare = PurePosixPath(workdir, "pure", names.word()), names.word()
    for as_given in (path, bare):
        ended = attempt(task, "download_file", s3, bucket, key, as_given)
        called = f"{task.last_call} with the path as {type(as_given).__name__}"
        # A bare name has an empty dirname, which is no folder that could be missing.
        mistake = "U13" if as_given is path and "No such file" in str(ended) else "U31"
        expect(ended.error is None, called=called, expected="the file", found=ended, mistake=blamed(ended, mistake))
        expect_type(ended.value, Path, called, "U11" if ended.value is None else "U31")
        expect_equal(
            Path(ended.value).name, Path(as_given).name, f"{called}, looked at the name that it returns", "U31"
        )
    found, wanted = files_under(workdir), {f"pure/{path.name}": data}
    expect(
        found == wanted,
        called=f"{task.last_call}, looked at the folder",
        expected=f"pure/{path.name} with the {len(data)} bytes of the object",
        found=changes(wanted, found),
        mistake="U4" if found.keys() == wanted.keys() else "U31",
    )
