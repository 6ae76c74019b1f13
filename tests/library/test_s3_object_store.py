"""A folder that goes through obstore is the folder that goes through boto3, and what is odd goes through boto3."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import InvalidInputError, NotFoundError

pytest.importorskip("obstore")

BUCKET = "folders-of-many-files"
ODD = ["a b", "é", "a+b", "100%", "x#y", "~", "q?r", "a'b"]


@pytest.fixture
def cloud(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with local() as running:
        yield running


@pytest.fixture
def s3(cloud: Any) -> Iterator[Any]:
    with cloud.serve() as server:
        client = cloud.client("s3", endpoint_url=server.endpoint)
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.txt", "deep/er/c.csv", "empty", *ODD):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("" if name == "empty" else f"content of {name}")
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_folder_goes_up_and_comes_back_the_same(s3: Any, folder: Path, tmp_path: Path) -> None:
    assert len(rooms.sync_up(s3, folder, BUCKET, "up", client="obstore").copied) == 11
    assert rooms.sync_up(s3, folder, BUCKET, "up").copied == ()
    assert rooms.describe_object(s3, BUCKET, "up/deep/er/c.csv").content_type == "text/csv"
    rooms.sync_down(s3, BUCKET, "up", tmp_path / "back", client="obstore")
    assert contents(tmp_path / "back") == contents(folder)
    assert rooms.sync_down(s3, BUCKET, "up", tmp_path / "back", client="obstore").copied == ()


def test_only_what_is_odd_goes_through_boto3(s3: Any, folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    seen: list[str] = []
    real_up, real_down = rooms.upload_file, rooms.download_file

    def up(s3: Any, path: Any, bucket: str, key: str, **options: Any) -> str:
        seen.append(key)
        return real_up(s3, path, bucket, key, **options)

    def down(s3: Any, bucket: str, key: str, path: Any) -> Path:
        seen.append(key)
        return real_down(s3, bucket, key, path)

    monkeypatch.setattr("day89.s3.folders.upload_file", up)
    monkeypatch.setattr("day89.s3.folders.download_file", down)
    rooms.sync_up(s3, folder, BUCKET, "up", client="obstore")
    rooms.sync_down(s3, BUCKET, "up", tmp_path / "back", client="obstore")
    assert sorted(seen) == sorted(f"up/{name}" for name in ODD * 2)


def test_large_files_get_the_etag_that_they_get_from_boto3(s3: Any, tmp_path: Path, monkeypatch: Any) -> None:
    for place in ("transfer", "object_store"):
        monkeypatch.setattr(f"day89.s3.{place}.SINGLE_BYTES_MAX", 8 << 20)
    (tmp_path / "big").write_bytes(bytes(17 << 20))
    rooms.sync_up(s3, tmp_path, BUCKET, "one", client="obstore")
    rooms.sync_up(s3, tmp_path, BUCKET, "two")
    one, two = (rooms.describe_object(s3, BUCKET, f"{name}/big").etag for name in ("one", "two"))
    assert one == two
    assert one.endswith("-2")


def test_deletions_and_refusals_are_those_of_boto3(s3: Any, folder: Path, tmp_path: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "up", client="obstore")
    (folder / "a.txt").unlink()
    assert rooms.sync_up(s3, folder, BUCKET, "up", client="obstore", delete=True).deleted == ("up/a.txt",)
    with pytest.raises(NotFoundError):
        rooms.sync_up(s3, folder, "no-such-bucket", "up", client="obstore")
    with pytest.raises(NotFoundError):
        rooms.sync_down(s3, "no-such-bucket", "up", tmp_path / "none", client="obstore")


def test_another_storage_class_is_kept(s3: Any, folder: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "up", client="obstore", storage_class="STANDARD_IA")
    assert {item.storage_class for item in rooms.list_objects(s3, BUCKET)} == {"STANDARD_IA"}


def test_bytes_that_are_not_those_of_the_etag_are_fetched_by_boto3(s3: Any, tmp_path: Path, monkeypatch: Any) -> None:
    import obstore

    s3.put_object(Bucket=BUCKET, Key="down/a", Body=b"right")

    class Wrong:
        def stream(self, **_: Any) -> Iterator[bytes]:
            yield b"wrong"

    monkeypatch.setattr(obstore, "get", lambda *_: Wrong())
    rooms.sync_down(s3, BUCKET, "down", tmp_path, client="obstore")
    assert contents(tmp_path) == {"a": b"right"}


def test_a_store_that_fails_is_replaced_by_boto3(s3: Any, folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    import obstore

    def fail(*_: Any, **__: Any) -> None:
        raise obstore.exceptions.GenericError("broken")

    monkeypatch.setattr(obstore, "put", fail)
    monkeypatch.setattr(obstore, "get", fail)
    rooms.sync_up(s3, folder, BUCKET, "up", client="obstore")
    rooms.sync_down(s3, BUCKET, "up", tmp_path / "back", client="obstore")
    assert contents(tmp_path / "back") == contents(folder)


def test_it_does_not_pass_by_a_local_cloud_without_an_address(cloud: Any, folder: Path) -> None:
    inside = cloud.client("s3")
    inside.create_bucket(Bucket=BUCKET)
    with pytest.raises(InvalidInputError, match="the local cloud answers boto3 only"):
        rooms.sync_up(inside, folder, BUCKET, "up", client="obstore")
    assert rooms.list_keys(inside, BUCKET) == []


def test_a_proxy_is_not_asked_for_loopback(s3: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import obstore

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(obstore, "put", None)
    assert len(rooms.sync_up(s3, folder, BUCKET, "up", client="obstore").copied) == 11


def test_an_unknown_client_and_a_missing_one_are_told(s3: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInputError, match="is not one of boto3, obstore"):
        rooms.sync_up(s3, folder, BUCKET, "up", client="rclone")
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(InvalidInputError, match=r"pip install 'day89\[obstore\]'"):
        rooms.sync_up(s3, folder, BUCKET, "up", client="obstore")
