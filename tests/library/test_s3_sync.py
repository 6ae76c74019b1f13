"""What a sync does where a folder cannot be read, a name is odd, or two things happen within one second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import IntegrityError, InvalidInputError, NotFoundError

BUCKET = "backups-of-folders"


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local(page_size=3) as running:
        yield running


@pytest.fixture
def s3(cloud: Any) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.txt", "deep/er/c.txt", "deep/a.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"content of {name}")
    return root


def keys(s3: Any, prefix: str = "") -> list[str]:
    return rooms.list_keys(s3, BUCKET, prefix)


@pytest.fixture
def unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let one folder be unreadable, for root too."""
    real = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


@pytest.mark.parametrize("delete", [True, False])
def test_a_folder_that_cannot_be_read_deletes_nothing_up(s3: Any, unreadable: Path, delete: bool) -> None:
    s3.put_object(Bucket=BUCKET, Key="up/deep/a.txt", Body=b"1")
    with pytest.raises(PermissionError):
        rooms.sync_up(s3, unreadable, BUCKET, "up", delete=delete)
    assert keys(s3) == ["up/deep/a.txt"]


def test_a_folder_that_cannot_be_read_deletes_nothing_down(s3: Any, unreadable: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="down/b", Body=b"1")
    with pytest.raises(PermissionError):
        rooms.sync_down(s3, BUCKET, "down", unreadable, delete=True)
    assert (unreadable / "a.txt").exists()


@pytest.mark.parametrize("operation", ["s3.ListObjectsV2", "s3.PutObject"])
def test_a_request_that_is_refused_deletes_nothing(s3: Any, cloud: Any, folder: Path, operation: str) -> None:
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"up/{number}", Body=b"1")
    cloud.faults.add(operation, nth=2, times=None, code="AccessDenied")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        rooms.sync_up(s3, folder, BUCKET, "up", delete=True)
    cloud.faults.clear()
    assert [key for key in keys(s3) if key[-1].isdigit()] == [f"up/{number}" for number in range(5)]


def test_what_lies_behind_a_link_is_not_taken_for_gone(s3: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (folder / "disk").symlink_to(tmp_path / "disk")
    (folder / "lost").symlink_to(tmp_path / "nowhere")
    for key in ("up/disk/x", "up/lost", "up/lost/y", "up/diskette", "up/a.txt"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
    done = rooms.sync_up(s3, folder, BUCKET, "up", delete=True)
    assert done.deleted == ("up/diskette",)


def test_nothing_is_written_through_a_link(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="down/y/z", Body=b"1")
    (tmp_path / "outside").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "y").symlink_to(tmp_path / "outside")
    with pytest.raises(InvalidInputError, match="is a link"):
        rooms.sync_down(s3, BUCKET, "down", tmp_path / "here")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(("key", "there"), [("down/x", "x/in"), ("down/x/y", "x")])
def test_a_file_and_a_folder_of_one_name_are_told_before_anything_is_written(
    s3: Any, tmp_path: Path, key: str, there: str
) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("kept")
    for name in ("down/a", key):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"1")
    with pytest.raises(InvalidInputError, match="move the"):
        rooms.sync_down(s3, BUCKET, "down", tmp_path, delete=True)
    assert (tmp_path / there).read_text() == "kept"
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["漢" * 85, "é" * 127, "😀" * 63, "a" * 255, "a" * 99 + "漢" * 52])
def test_names_as_long_as_a_file_system_takes_come_and_go(s3: Any, tmp_path: Path, name: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=f"long/{name}", Body=b"1")
    rooms.sync_down(s3, BUCKET, "long", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert rooms.sync_up(s3, tmp_path, BUCKET, "long").unchanged == (f"long/{name}",)


def test_a_name_that_is_no_utf8_is_told_before_anything_is_sent(s3: Any, folder: Path) -> None:
    (folder / os.fsdecode(b"bad\xff.txt")).write_text("2")
    with pytest.raises(InvalidInputError, match="is not UTF-8"):
        rooms.sync_up(s3, folder, BUCKET, "up")
    assert keys(s3) == []


def test_what_a_killed_download_left_is_not_sent(s3: Any, folder: Path) -> None:
    (folder / f".big.bin.{'0123456789abcdef' * 2}.part").write_text("half")
    assert "up/a.txt" in rooms.sync_up(s3, folder, BUCKET, "up").copied
    assert not [key for key in keys(s3) if key.endswith(".part")]


@pytest.mark.parametrize("mode", [0o750, 0o600, 0o444])
def test_a_file_that_is_replaced_keeps_its_mode(s3: Any, tmp_path: Path, mode: int) -> None:
    s3.put_object(Bucket=BUCKET, Key="script", Body=b"new")
    path = tmp_path / "script"
    path.write_text("old")
    path.chmod(mode)
    rooms.download_file(s3, BUCKET, "script", path)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", mode)


@pytest.mark.parametrize("size", [200, 9 << 20])
def test_a_file_that_changes_while_it_is_uploaded_is_told(
    s3: Any, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(size))

    def digest(name: Any) -> str:
        path.write_bytes(b"more" * 10)
        return "0" * 64

    monkeypatch.setattr("day89.s3.objects.file_sha256", digest)
    with pytest.raises(IntegrityError, match="changed while it was uploaded"):
        rooms.upload_file(s3, path, BUCKET, "log", checksum=True)


@pytest.mark.parametrize(
    "odd", ["\x01", "\x10", "\x1f", "\x00", "\r", "\n", "\t", "\x7f", "\ufffe", "\uffff", "&<>\"'", "😀"]
)
def test_a_key_with_any_character_can_be_deleted_and_blocks_no_other(s3: Any, odd: str) -> None:
    for key in (f"z/a{odd}b", "z/ok"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
    assert rooms.delete_prefix(s3, BUCKET, "z/") == 2
    assert keys(s3) == []


def test_a_version_of_a_key_with_a_control_character_can_be_deleted(s3: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    version = s3.put_object(Bucket=BUCKET, Key="a\x01b", Body=b"1")["VersionId"]
    assert rooms.delete_keys(s3, BUCKET, [{"Key": "a\x01b", "VersionId": version}]) == 1
    with pytest.raises(NotFoundError):
        rooms.describe_object(s3, BUCKET, "a\x01b", version_id=version)


def test_what_was_put_and_deleted_within_a_second_stays_deleted(s3: Any, tmp_path: Path, monkeypatch: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    second = datetime(2026, 1, 1, tzinfo=UTC)
    clock = [second]
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: clock[0].replace(tzinfo=None))
    for place, act in enumerate(["put gone", "delete gone", "put back", "delete back", "put back"]):
        clock[0] = second + timedelta(milliseconds=100 * place)
        verb, key = act.split()
        {"put": s3.put_object, "delete": s3.delete_object}[verb](Bucket=BUCKET, Key=f"v/{key}")
    clock[0] = second + timedelta(hours=1)
    for key in ("gone", "back"):  # so that none of them is the latest any more
        s3.put_object(Bucket=BUCKET, Key=f"v/{key}", Body=b"later")
    assert list(rooms.versions_at(s3, BUCKET, "v/", second + timedelta(minutes=1))) == ["v/back"]
    assert rooms.restore_folder(s3, BUCKET, "v", tmp_path, second + timedelta(minutes=1)) == ("v/back",)


def test_versions_come_newest_first_with_their_markers_between_them(s3: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    ids = []
    for key in ("a", "b"):
        for _ in range(3):
            ids.append(s3.put_object(Bucket=BUCKET, Key=key)["VersionId"])
            ids.append(s3.delete_object(Bucket=BUCKET, Key=key)["VersionId"])
    found = [item["VersionId"] for item in rooms.list_versions(s3, BUCKET)]
    assert found == [*reversed(ids[:6]), *reversed(ids[6:])]


def test_a_rollback_of_a_folder_leaves_others_of_a_longer_name_and_keeps_classes(s3: Any, monkeypatch: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    clock = [datetime(2026, 1, 1)]
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: clock[0])
    s3.put_object(Bucket=BUCKET, Key="data/a", Body=b"1", StorageClass="STANDARD_IA")
    clock[0] = datetime(2026, 1, 2)
    for key in ("data/a", "data/b", "database/a"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"2", StorageClass="STANDARD")
    done = rooms.rollback_prefix(s3, BUCKET, "data", datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert (done.copied, done.deleted) == (("data/a",), ("data/b",))
    assert keys(s3) == ["data/a", "database/a"]
    assert rooms.describe_object(s3, BUCKET, "data/a").storage_class == "STANDARD_IA"


@pytest.mark.parametrize("look", [rooms.list_uploads, rooms.find_unused])
def test_an_upload_that_ends_while_it_is_looked_at_is_no_failure(s3: Any, cloud: Any, look: Any) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="half")["UploadId"]
    cloud.faults.add(
        "s3.ListParts", before=lambda _: s3.abort_multipart_upload(Bucket=BUCKET, Key="half", UploadId=upload)
    )
    found = look(s3, BUCKET)
    assert found == [] or found.unfinished_uploads.count == 0


def test_an_upload_that_ends_before_it_is_aborted_does_not_count(s3: Any, cloud: Any) -> None:
    for key in ("one", "two"):
        s3.create_multipart_upload(Bucket=BUCKET, Key=key)
    cloud.faults.add("s3.AbortMultipartUpload", code="NoSuchUpload", status=404)
    assert rooms.abort_uploads(s3, BUCKET, older_than_days=0) == 1


@pytest.mark.parametrize("days", [-1, -0.1, float("nan")])
def test_negative_days_abort_nothing(s3: Any, days: float) -> None:
    s3.create_multipart_upload(Bucket=BUCKET, Key="half")
    with pytest.raises(InvalidInputError, match="must not be negative"):
        rooms.abort_uploads(s3, BUCKET, older_than_days=days)
    assert len(rooms.list_uploads(s3, BUCKET)) == 1


def test_a_bucket_of_another_region_is_not_taken_for_one_of_this(s3: Any, cloud: Any) -> None:
    with pytest.raises(InvalidInputError, match="is in us-east-1, not in eu-west-1"):
        rooms.create_bucket(cloud.client("s3", "eu-west-1"), BUCKET)


def test_a_rule_keeps_the_least_size_that_is_set(s3: Any, cloud: Any) -> None:
    rooms.add_lifecycle_rule(s3, BUCKET, "one", "a/", expire_after_days=3)

    def varies(parsed: Any, **_: Any) -> None:
        parsed["TransitionDefaultMinimumObjectSize"] = "varies_by_storage_class"

    s3.meta.events.register("after-call.s3.GetBucketLifecycleConfiguration", varies)
    rooms.add_lifecycle_rule(s3, BUCKET, "two", "b/", expire_after_days=3)
    put = [call for call in cloud.log if call.operation == "PutBucketLifecycleConfiguration"]
    assert put[-1].params["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"


def test_a_missing_bucket_is_still_a_lookup_error(s3: Any) -> None:
    for look in (rooms.list_uploads, rooms.list_versions):
        with pytest.raises(NotFoundError):
            look(s3, "nowhere-at-all")
