"""Check tasks 1.1 and 1.2: a file goes up to S3 and comes down again."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from support import attempt, expect_forbidden, expect_missing
from support_s3 import files_under, forbid_reading, new_bucket, objects_in, wrong_body

from day89.course.checking import expect, expect_equal, show

# Extensions that Python's own table knows, whatever the machine has beside it.
TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
    ".txt": "text/plain",
    ".png": "image/png",
    ".pdf": "application/pdf",
}
NO_TYPE = (None, "application/octet-stream", "binary/octet-stream")
CLASSES = ("STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE")
UPLOADS = ("s3.PutObject", "s3.CreateMultipartUpload", "s3.UploadPart")


def local_file(workdir: Path, name: str, data: bytes = b"day89") -> Path:
    """Write a file into the folder of the check."""
    path = workdir / name
    path.write_bytes(data)
    return path


def content(names: Any) -> bytes:
    """Return bytes that are no text and hold both kinds of line ends."""
    return b"\xff\x00\r\n\n" + names.bytes(names.number(50, 500))


# ---- 1.1 upload_file


@pytest.mark.task("1.1", "core", points=1)
def test_stores_the_bytes_of_the_file_under_the_key(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two files, one after the other, arrive byte for byte under exactly their keys."""
    s3, bucket = new_bucket(cloud, names)
    wanted: dict[str, bytes] = {}
    for key in names.keys(2, extension=".bin"):
        wanted[key] = content(names)
        path = local_file(workdir, f"{names.word()}.bin", wanted[key])
        task.upload_file(s3, path, bucket, key)
        found = objects_in(s3, bucket)
        called = f"called {task.last_call}"
        expect(
            found.keys() == wanted.keys(),
            f"{called}; expected the bucket to hold the keys {show(sorted(wanted))}; found {show(sorted(found))}",
            "U7",
        )
        expect(
            found[key] == wanted[key],
            f"{called}; expected the object to hold the {len(wanted[key])} bytes of the file; found {show(found[key])}",
            wrong_body(found[key], path),
        )


@pytest.mark.task("1.1", "core", points=0.5)
def test_returns_the_uri_of_the_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The URI holds the key as it was given, not percent-encoded."""
    s3, bucket = new_bucket(cloud, names)
    for key in (names.plain_key(".txt"), names.key(".txt")):
        found = task.upload_file(s3, local_file(workdir, names.word()), bucket, key)
        expect_equal(found, f"s3://{bucket}/{key}", task.last_call, "U11")


@pytest.mark.task("1.1", "core", points=0.5)
def test_sets_the_content_type(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A CSV is served as CSV: file and key have the same extension."""
    s3, bucket = new_bucket(cloud, names, names.region())
    for extension in names.sample(list(TYPES), 3):
        key = names.key(extension)
        task.upload_file(s3, local_file(workdir, names.word() + extension), bucket, key)
        found = s3.head_object(Bucket=bucket, Key=key)["ContentType"]
        expect_equal(found, TYPES[extension], f"{task.last_call}, looked at its Content-Type", "U9")


@pytest.mark.task("1.1", "core", points=0.5)
def test_stores_in_the_storage_class(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The storage class is the one that is asked for, and STANDARD where none is."""
    s3, bucket = new_bucket(cloud, names)
    path = local_file(workdir, names.word())
    for wanted in names.sample(CLASSES, 2):
        key = names.key()
        task.upload_file(s3, path, bucket, key, storage_class=wanted)
        found = s3.head_object(Bucket=bucket, Key=key).get("StorageClass", "STANDARD")
        expect_equal(found, wanted, f"{task.last_call}, looked at its storage class", "C13")
    task.upload_file(s3, path, bucket, "plain")
    found = s3.head_object(Bucket=bucket, Key="plain").get("StorageClass", "STANDARD")
    expect_equal(found, "STANDARD", f"{task.last_call}, looked at its storage class", "C13")


@pytest.mark.task("1.1", "core", points=0.5)
def test_missing_file_is_file_not_found(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A local file that is not there is Python's own error, and leaves no object behind."""
    s3, bucket = new_bucket(cloud, names)
    ended = attempt(task, "upload_file", s3, workdir / "absent.csv", bucket, names.key(".csv"))
    where = f"called {task.last_call}, where there is no such file"
    expect(isinstance(ended.error, FileNotFoundError), f"{where}; expected FileNotFoundError; {ended}", "U25")
    found = objects_in(s3, bucket)
    expect(not found, f"{where}; expected no object in the bucket; found {show(found)}", "U25")


@pytest.mark.task("1.1", "mastery", points=0.5)
def test_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """upload_file of boto3 raises S3UploadFailedError here, the other ways ClientError."""
    s3, _ = new_bucket(cloud, names)
    bucket = names.bucket()
    expect_missing(task, bucket, "U1", "upload_file", s3, local_file(workdir, "a.csv"), bucket, names.key(".csv"))


@pytest.mark.task("1.1", "mastery", points=0.5)
def test_forbidden_upload_is_not_a_missing_bucket(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A 403 reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    forbid_reading(cloud, *UPLOADS)
    expect_forbidden(task, "U12", "upload_file", s3, local_file(workdir, "a.csv"), bucket, names.key(".csv"))


@pytest.mark.task("1.1", "mastery", points=0.25)
def test_content_type_is_that_of_the_key(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The local file may have another extension than the key, or none."""
    s3, bucket = new_bucket(cloud, names)
    first, second, third = names.sample(list(TYPES), 3)
    for local, extension in (("", first), (third, second)):
        key = names.key(extension)
        task.upload_file(s3, local_file(workdir, names.word() + local), bucket, key)
        found = s3.head_object(Bucket=bucket, Key=key)["ContentType"]
        expect_equal(found, TYPES[extension], f"{task.last_call}, looked at its Content-Type", "U26")


@pytest.mark.task("1.1", "mastery", points=0.25)
def test_key_without_a_known_extension_gets_a_default_type(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Where nothing is implied, the object is just bytes: it is stored, and not called text."""
    s3, bucket = new_bucket(cloud, names)
    path = local_file(workdir, names.word() + ".csv")
    for key in (names.plain_key(), names.plain_key(".d89")):
        task.upload_file(s3, path, bucket, key)
        found = s3.head_object(Bucket=bucket, Key=key).get("ContentType")
        expect(
            found in NO_TYPE,
            f"called {task.last_call}; expected the Content-Type application/octet-stream or S3's default, "
            f"as the key implies none; found {show(found)}",
            "U27",
        )


@pytest.mark.task("1.1", "mastery", points=0.5)
def test_replaces_an_object_and_takes_any_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The path is a str, a Path or another os.PathLike; an object that has the key is replaced."""
    s3, bucket = new_bucket(cloud, names, names.region())
    key, path = names.key(".csv"), workdir / names.word()
    for as_given in (str(path), path, os.fspath(path)):
        path.write_bytes(data := content(names))
        task.upload_file(s3, as_given, bucket, key)
        found = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        expect(
            found == data,
            f"called {task.last_call} with the path as {type(as_given).__name__}; "
            f"expected the {len(data)} new bytes in place of the old object; found {show(found)}",
            "U28",
        )


# ---- 1.2 download_file


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
        f"called {task.last_call}, which failed as {why}; expected the files {show(before)} as before; "
        f"found {show(found)}",
        mistake,
    )


@pytest.mark.task("1.2", "core", points=1)
def test_writes_the_bytes_of_the_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two objects, one after the other, come to one path: the second replaces the first."""
    path = workdir / "result.bin"
    s3, bucket = new_bucket(cloud, names)
    for key in names.keys(2):
        data = content(names)
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        task.download_file(s3, bucket, key, path)
        found = files_under(workdir)
        expect(
            found == {path.name: data},
            f"called {task.last_call}; expected the {len(data)} bytes of the object at the path and no other file; "
            f"found {show(found)}",
            "D2",
        )


@pytest.mark.task("1.2", "core", points=0.5)
def test_returns_the_path_as_a_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """What comes back is a pathlib.Path, also where the path was given as text."""
    key = names.key(".csv")
    s3, bucket, _ = stored(cloud, names, key)
    for path in (workdir / names.word(), workdir / names.word()):
        found = task.download_file(s3, bucket, key, str(path))
        expect(
            isinstance(found, Path) and found.resolve() == path.resolve(),
            f"called {task.last_call}; expected the path as a pathlib.Path; "
            f"found {show(found)} ({type(found).__name__})",
            "U11",
        )


@pytest.mark.task("1.2", "core", points=0.5)
def test_creates_missing_parent_folders(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two levels are missing the first time, none the second."""
    key = names.key(".csv")
    s3, bucket, data = stored(cloud, names, key, names.region())
    for path in (workdir / "a" / "b" / "first.csv", workdir / "a" / "b" / "second.csv"):
        task.download_file(s3, bucket, key, path)
        found = path.read_bytes() if path.is_file() else None
        expect_equal(found, data, f"{task.last_call}, looked at the file", "U13")


@pytest.mark.task("1.2", "core", points=0.5)
def test_missing_key_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """HEAD says 404, GET says NoSuchKey; the caller hears LookupError and the key."""
    s3, bucket, _ = stored(cloud, names, names.key())
    key = names.plain_key(".csv")
    expect_missing(task, key, "R1", "download_file", s3, bucket, key, workdir / "a.csv")


@pytest.mark.task("1.2", "core", points=0.5)
def test_missing_bucket_of_a_download_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """HEAD says 404, GET says NoSuchBucket; the caller hears LookupError and the bucket."""
    key = names.key()
    s3, _, _ = stored(cloud, names, key)
    bucket = names.bucket()
    expect_missing(task, bucket, "R1", "download_file", s3, bucket, key, workdir / "a.csv")


@pytest.mark.task("1.2", "mastery", points=0.5)
def test_failed_download_leaves_the_old_file(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """An absent object neither empties the file at the path nor makes one."""
    s3, bucket, _ = stored(cloud, names, names.key())
    old = local_file(workdir, "old.csv", content(names))
    before = files_under(workdir)
    for path in (old, workdir / "new.csv"):
        attempt(task, "download_file", s3, bucket, names.plain_key(), path)
        expect_untouched(task, workdir, before, "there is no such object", "U29")


@pytest.mark.task("1.2", "mastery", points=0.5)
def test_broken_download_leaves_no_part(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The connection breaks off within the body: an error, the old file whole, nothing beside it."""
    key = names.key(".csv")
    s3, bucket, data = stored(cloud, names, key)
    old = local_file(workdir, "old.csv", content(names))
    before = files_under(workdir)
    cloud.faults.add("s3.GetObject", cut_after=len(data) // 2, times=None)
    for path in (old, workdir / "new.csv"):
        ended = attempt(task, "download_file", s3, bucket, key, path)
        expect_untouched(task, workdir, before, "the connection broke off half-way", "U30")
        expect(ended.error, f"called {task.last_call}, broken off half-way; expected an error; {ended}", "U30")


@pytest.mark.task("1.2", "mastery", points=0.5)
def test_forbidden_download_is_not_a_missing_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A 403 on HEAD or GET reaches the caller as it is."""
    key = names.key(".csv")
    s3, bucket, _ = stored(cloud, names, key)
    forbid_reading(cloud, "s3.GetObject")
    expect_forbidden(task, "U12", "download_file", s3, bucket, key, workdir / "a.csv")


@pytest.mark.task("1.2", "mastery", points=0.5)
def test_takes_a_bare_file_name_and_another_kind_of_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A bare name has no parent folder to create; PurePosixPath is a PathLike without a mkdir of its own."""
    key = names.key(".csv")
    s3, bucket, data = stored(cloud, names, key)
    path, bare = PurePosixPath(workdir, "pure", names.word()), names.word()
    for as_given in (path, bare):
        ended = attempt(task, "download_file", s3, bucket, key, as_given)
        called = f"called {task.last_call} with the path as {type(as_given).__name__}"
        expect(ended.error is None, f"{called}; expected the file; {ended}", "U31")
        expect_equal(
            Path(ended.value).name, Path(as_given).name, f"{called}, looked at the name that it returns", "U31"
        )
    expect_equal(files_under(workdir), {f"pure/{path.name}": data}, f"{task.last_call}, looked at the folder", "U31")
