"""Check task 1.1, upload_file: a file becomes an object."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from support import answer, attempt, expect_missing, holding, works
from support_s3 import (
    big_content,
    content,
    expect_s3_forbidden,
    local_file,
    new_bucket,
    objects_in,
    stored_as,
    wrong_body,
)

from day89.course.checks.expectations import expect, expect_equal, show

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


@pytest.mark.task("1.1", "core", points=1)
def test_stores_the_bytes_of_the_file_under_the_key(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Two files arrive byte for byte under their keys."""
    s3, bucket = new_bucket(cloud, names)
    files = {key: content(names) for key in names.plain_keys(2, prefix=names.prefix(), extension=".bin")}
    expect_stored(task, s3, bucket, names, workdir, files)


def expect_stored(task: Any, s3: Any, bucket: str, names: Any, workdir: Path, files: dict[str, bytes]) -> None:
    """Fail unless files arrive byte for byte under exactly their keys, one after the other."""
    wanted: dict[str, bytes] = {}
    for key, wanted[key] in files.items():
        path = local_file(workdir, f"{names.word()}.bin", wanted[key])
        answer(task, None, "upload_file", s3, path, bucket, key)
        found = objects_in(s3, bucket)
        called = f"{task.last_call}{holding(key)}"
        expect(
            found.keys() == wanted.keys(),
            called=called,
            expected=f"the bucket to hold the keys {show(sorted(wanted))}",
            found=show(sorted(found)),
            mistake="U7",
        )
        expect(
            found[key] == wanted[key],
            called=called,
            expected=f"the object to hold the {len(wanted[key])} bytes of the file",
            found=f"{len(found[key])} bytes: {show(found[key][:80])}",
            mistake=wrong_body(found[key], path, wanted[key]),
        )


@pytest.mark.task("1.1", "core", points=0.5)
def test_returns_the_uri_of_the_object(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The URI holds bucket and key."""
    s3, bucket = new_bucket(cloud, names)
    key = names.plain_key(".txt", prefix=names.prefix())
    found = task.upload_file(s3, local_file(workdir, names.word()), bucket, key)
    expect_equal(found, f"s3://{bucket}/{key}", task.last_call, "U11" if found is None else "U7")


@pytest.mark.task("1.1", "core", points=0.5)
def test_sets_the_content_type(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A CSV is served as CSV: file and key have the same extension."""
    s3, bucket = new_bucket(cloud, names, names.region())
    for extension in names.shuffled(list(TYPES)):
        key = names.plain_key(extension)
        task.upload_file(s3, local_file(workdir, names.word() + extension), bucket, key)
        found = stored_as(task, s3, bucket, key)["ContentType"]
        expect_equal(found, TYPES[extension], f"{task.last_call}, looked at its Content-Type", "U9")


@pytest.mark.task("1.1", "core", points=0.5)
def test_stores_in_the_storage_class(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The storage class is the one that is asked for, and STANDARD where none is."""
    s3, bucket = new_bucket(cloud, names)
    path = local_file(workdir, names.word())
    for wanted in names.sample(CLASSES, 2):
        key = names.plain_key(".csv")
        task.upload_file(s3, path, bucket, key, storage_class=wanted)
        found = stored_as(task, s3, bucket, key).get("StorageClass", "STANDARD")
        expect_equal(found, wanted, f"{task.last_call}, looked at its storage class", "C25")
    task.upload_file(s3, path, bucket, "plain.csv")
    found = stored_as(task, s3, bucket, "plain.csv").get("StorageClass", "STANDARD")
    expect_equal(found, "STANDARD", f"{task.last_call}, looked at its storage class", "C25")


@pytest.mark.task("1.1", "core", points=0.5)
def test_missing_file_is_file_not_found(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A local file that is not there is Python's own error, and leaves no object behind."""
    s3, bucket = new_bucket(cloud, names)
    _, other = new_bucket(cloud, names)
    works(task, "upload_file", s3, local_file(workdir, "a.csv"), other, names.plain_key(".csv"))
    ended = attempt(task, "upload_file", s3, workdir / "absent.csv", bucket, names.plain_key(".csv"))
    where = f"{task.last_call}, where there is no such file"
    expect(
        isinstance(ended.error, FileNotFoundError),
        called=where,
        expected="FileNotFoundError",
        found=ended,
        mistake="U25",
    )
    found = objects_in(s3, bucket)
    expect(not found, called=where, expected="no object in the bucket", found=show(found), mistake="U25")


@pytest.mark.task("1.1", "mastery", points=0.5)
def test_any_key_and_a_large_file(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Keys are plain text, slashes and spaces included, in the URI too; the last file is of two parts."""
    s3, bucket = new_bucket(cloud, names)
    keys = [*names.keys(2, extension=".bin"), f"/{names.word()}//two  spaces "]
    files = dict(zip(keys, (content(names), content(names), big_content(names)), strict=True))
    expect_stored(task, s3, bucket, names, workdir, files)
    key = names.key(".txt")
    found = task.upload_file(s3, local_file(workdir, names.word()), bucket, key)
    expect_equal(found, f"s3://{bucket}/{key}", f"{task.last_call}{holding(key)}", "U11" if found is None else "U7")


@pytest.mark.task("1.1", "mastery", points=0.4)
def test_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """upload_file of boto3 raises S3UploadFailedError here, the other ways ClientError."""
    s3, there = new_bucket(cloud, names)
    bucket, path, key = names.bucket(), local_file(workdir, "a.csv"), names.key(".csv")
    works(task, "upload_file", s3, path, there, key)
    expect_missing(task, bucket, "upload_file", s3, path, bucket, key)


@pytest.mark.task("1.1", "mastery", points=0.3)
def test_forbidden_upload_is_not_a_missing_bucket(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """A 403 reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    path = local_file(workdir, "a.csv")
    expect_s3_forbidden(task, cloud, UPLOADS, "upload_file", s3, path, bucket, names.key(".csv"))


@pytest.mark.task("1.1", "mastery", points=0.25)
def test_content_type_is_that_of_the_key(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The local file may have another extension than the key, or none."""
    s3, bucket = new_bucket(cloud, names)
    first, second, third = names.sample(list(TYPES), 3)
    for local, extension in (("", first), (third, second)):
        key = names.key(f".{names.word()}{extension}")  # the extension is what follows the last dot
        task.upload_file(s3, local_file(workdir, names.word() + local), bucket, key)
        found = stored_as(task, s3, bucket, key)["ContentType"]
        # What neither extension implies was not read from the wrong name: no type was set.
        mistake = "U9" if found in NO_TYPE and local else "U26"
        expect_equal(found, TYPES[extension], f"{task.last_call}, looked at its Content-Type", mistake)


@pytest.mark.task("1.1", "mastery", points=0.25)
def test_key_without_a_known_extension_gets_a_default_type(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """Where nothing is implied, the object is just bytes: it is stored, and not called text."""
    s3, bucket = new_bucket(cloud, names)
    path = local_file(workdir, names.word() + ".csv")
    for key in (names.plain_key(), names.plain_key(".d89")):
        answer(task, "U27", "upload_file", s3, path, bucket, key)
        found = stored_as(task, s3, bucket, key).get("ContentType")
        expect(
            found in NO_TYPE,
            called=task.last_call,
            expected="the Content-Type application/octet-stream or S3's default, as the key implies none",
            found=show(found),
            mistake="U26" if found == "text/csv" else "U27",
        )


@pytest.mark.task("1.1", "mastery", points=0.3)
def test_replaces_an_object_and_takes_any_path(task: Any, cloud: Any, names: Any, workdir: Path) -> None:
    """The path is a str, a Path or another os.PathLike; an object that has the key is replaced."""
    s3, bucket = new_bucket(cloud, names, names.region())
    key, path, before = names.key(".csv"), workdir / names.word(), b""
    for as_given in (str(path), path, PurePosixPath(path)):
        path.write_bytes(data := content(names))
        answer(task, "U31", "upload_file", s3, as_given, bucket, key)
        stored_as(task, s3, bucket, key)
        found = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        kept = before and found == before
        words = f"the {len(before)} bytes of the object that was there before" if kept else show(found)
        expect(
            found == data,
            called=f"{task.last_call} with the path as {type(as_given).__name__}",
            expected=f"the {len(data)} bytes of the file",
            found=words,
            mistake="U28" if kept else wrong_body(found, path, data),
        )
        before = data
