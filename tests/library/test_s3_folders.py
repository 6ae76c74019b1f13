"""What folders and tables promise: only what changed moves, nothing escapes, and values come back as they went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pytest

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import InvalidInputError, NotFoundError, ToolError

BUCKET = "backups-of-folders"


@pytest.fixture
def s3(clean_environment: None) -> Iterator[Any]:
    with local(page_size=3) as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("a.txt", "b c.txt", "deep/er/c.txt", "deep/a.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"content of {name}")
    return root


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_folder_goes_up_and_comes_back_whole(s3: Any, folder: Path, tmp_path: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "backup")
    rooms.sync_down(s3, BUCKET, "backup", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(folder)


def test_only_what_changed_is_sent_even_at_the_same_size(s3: Any, folder: Path) -> None:
    assert len(rooms.sync_up(s3, folder, BUCKET, "backup").copied) == 4
    (folder / "a.txt").write_text("CONTENT of a.txt")
    again = rooms.sync_up(s3, folder, BUCKET, "backup/")
    assert again.copied == ("backup/a.txt",)
    assert again.unchanged == ("backup/b c.txt", "backup/deep/a.txt", "backup/deep/er/c.txt")


def test_a_file_of_several_parts_is_known_again(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("day89.s3.transfer.SINGLE_BYTES_MAX", 8 << 20)
    (tmp_path / "big").write_bytes(bytes(17 << 20))
    rooms.sync_up(s3, tmp_path, BUCKET, "")
    assert rooms.describe_object(s3, BUCKET, "big").etag.endswith("-2")
    assert rooms.sync_up(s3, tmp_path, BUCKET, "").copied == ()
    assert rooms.sync_down(s3, BUCKET, "", tmp_path).copied == ()


def test_deletions_are_mirrored_only_on_request(s3: Any, folder: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "backup")
    s3.put_object(Bucket=BUCKET, Key="backups-of-others", Body=b"x")
    (folder / "a.txt").unlink()
    assert rooms.sync_up(s3, folder, BUCKET, "backup").deleted == ()
    assert rooms.sync_up(s3, folder, BUCKET, "backup", delete=True).deleted == ("backup/a.txt",)
    assert "backups-of-others" in rooms.list_keys(s3, BUCKET)
    assert "backup/a.txt" not in rooms.list_keys(s3, BUCKET)


def test_downwards_too_only_changes_move_and_deletions_are_on_request(s3: Any, folder: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "backup")
    (folder / "a.txt").write_text("edited")
    (folder / "extra.txt").write_text("extra")
    assert rooms.sync_down(s3, BUCKET, "backup", folder).copied == ("backup/a.txt",)
    assert (folder / "extra.txt").exists()
    assert rooms.sync_down(s3, BUCKET, "backup", folder, delete=True).deleted == ("backup/extra.txt",)
    assert not (folder / "extra.txt").exists()


def test_a_wrong_folder_deletes_nothing(s3: Any, folder: Path) -> None:
    rooms.sync_up(s3, folder, BUCKET, "backup")
    with pytest.raises(NotADirectoryError):
        rooms.sync_up(s3, folder / "typo", BUCKET, "backup", delete=True)
    assert len(rooms.list_keys(s3, BUCKET)) == 4


@pytest.mark.parametrize("key", ["backup/../escape", "backup//etc/x", "backup/./x", "backup/deep/../../x"])
def test_a_key_that_climbs_out_of_the_folder_is_refused(s3: Any, tmp_path: Path, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    with pytest.raises(InvalidInputError, match="refused key"):
        rooms.sync_down(s3, BUCKET, "backup", tmp_path / "in")
    assert list(tmp_path.rglob("*")) == []


def test_a_key_that_is_a_file_and_a_folder_is_refused_before_anything_is_written(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="backup/a", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="backup/a/b", Body=b"x")
    with pytest.raises(InvalidInputError, match="cannot be both"):
        rooms.sync_down(s3, BUCKET, "backup", tmp_path / "in")


def test_folder_markers_are_neither_downloaded_nor_deleted(s3: Any, folder: Path, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="backup/deep/", Body=b"")
    rooms.sync_up(s3, folder, BUCKET, "backup", delete=True)
    rooms.sync_down(s3, BUCKET, "backup", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(folder)
    assert "backup/deep/" in rooms.list_keys(s3, BUCKET)


def test_progress_counts_files(s3: Any, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    rooms.sync_up(s3, folder, BUCKET, "backup", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_folder_is_restored_as_it_was(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms.enable_versioning(s3, BUCKET)
    s3.put_object(Bucket=BUCKET, Key="h/kept", Body=b"one")
    s3.put_object(Bucket=BUCKET, Key="h/lost", Body=b"precious")
    age(s3, monkeypatch)
    s3.put_object(Bucket=BUCKET, Key="h/kept", Body=b"two")
    s3.put_object(Bucket=BUCKET, Key="h/young", Body=b"new")
    s3.delete_object(Bucket=BUCKET, Key="h/lost")
    then = datetime.now(UTC) - timedelta(hours=1)
    assert rooms.restore_folder(s3, BUCKET, "h", tmp_path / "then", then) == ("h/kept", "h/lost")
    assert contents(tmp_path / "then") == {"kept": "one", "lost": "precious"}
    assert rooms.list_keys(s3, BUCKET) == ["h/kept", "h/young"]
    rolled = rooms.rollback_prefix(s3, BUCKET, "h/", then)
    assert (rolled.copied, rolled.deleted) == (("h/kept", "h/lost"), ("h/young",))
    rooms.sync_down(s3, BUCKET, "h", tmp_path / "now")
    assert contents(tmp_path / "now") == {"kept": "one", "lost": "precious"}


def age(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that is in the bucket now look two hours older."""
    old = {item["VersionId"] for item in rooms.list_versions(s3, BUCKET)}
    real = s3.get_paginator

    def get_paginator(name: str) -> Any:
        return Older(real(name), old)

    monkeypatch.setattr(s3, "get_paginator", get_paginator)


class Older:
    """Be a paginator that shows some versions as two hours older."""

    def __init__(self, real: Any, old: set[str]) -> None:
        self._real, self._old = real, old

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        for page in self._real.paginate(**arguments):
            for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                item["LastModified"] -= timedelta(hours=2 * (item["VersionId"] in self._old))
            yield page


def test_a_time_without_a_zone_is_refused(s3: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="time zone"):
        rooms.restore_folder(s3, BUCKET, "h", tmp_path, datetime(2026, 1, 1))


def test_the_whole_bucket_is_not_rolled_back_by_mistake(s3: Any) -> None:
    with pytest.raises(InvalidInputError, match="empty prefix"):
        rooms.rollback_prefix(s3, BUCKET, "", datetime.now(UTC))


FRAME = pandas.DataFrame({"id": ["007", "1.10", "a,b"], "value": ["x", 'say "hi"', "ü"]})


@pytest.mark.parametrize("key", ["t.csv", "t.csv.gz"])
def test_a_table_comes_back_as_text_exactly(s3: Any, key: str) -> None:
    assert rooms.write_csv(s3, FRAME, BUCKET, key) == 3
    back = rooms.read_csv(s3, BUCKET, key, dtype=str)
    pandas.testing.assert_frame_equal(back, FRAME, check_dtype=False)


@pytest.mark.parametrize("key", ["t.csv", "t.csv.gz"])
def test_a_table_is_written_and_read_in_pieces(s3: Any, key: str) -> None:
    assert rooms.write_csv(s3, (FRAME for _ in range(3)), BUCKET, key) == 9
    sizes = [len(piece) for piece in rooms.iter_csv(s3, BUCKET, key, rows=4)]
    assert sizes == [4, 4, 1]
    assert list(rooms.read_csv(s3, BUCKET, key).columns) == ["id", "value"]


def test_a_packed_table_is_really_packed(s3: Any) -> None:
    rooms.write_csv(s3, FRAME, BUCKET, "t.csv.gz")
    assert s3.get_object(Bucket=BUCKET, Key="t.csv.gz")["Body"].read(2) == b"\x1f\x8b"


def test_a_table_whose_source_fails_is_not_written(s3: Any) -> None:
    def pieces() -> Iterator[pandas.DataFrame]:
        yield FRAME
        raise OSError("source gone")

    with pytest.raises(OSError, match="source gone"):
        rooms.write_csv(s3, pieces(), BUCKET, "t.csv")
    assert rooms.list_keys(s3, BUCKET) == []


@pytest.mark.parametrize("write", [rooms.write_csv, rooms.write_parquet])
def test_pieces_with_other_columns_and_no_pieces_are_refused(s3: Any, write: Any) -> None:
    with pytest.raises(InvalidInputError, match="columns"):
        write(s3, [FRAME, FRAME.rename(columns={"id": "ID"})], BUCKET, "t")
    with pytest.raises(InvalidInputError, match="no frame"):
        write(s3, [], BUCKET, "t")
    assert rooms.list_keys(s3, BUCKET) == []


def test_parquet_comes_back_whole_by_column_and_in_pieces(s3: Any) -> None:
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"n": range(10), "name": [str(n) for n in range(10)]})
    assert rooms.write_parquet(s3, [frame, frame], BUCKET, "t.parquet") == 20
    pandas.testing.assert_frame_equal(
        rooms.read_parquet(s3, BUCKET, "t.parquet"), pandas.concat([frame, frame], ignore_index=True)
    )
    assert list(rooms.read_parquet(s3, BUCKET, "t.parquet", columns=["n"]).columns) == ["n"]
    assert sum(len(piece) for piece in rooms.iter_parquet(s3, BUCKET, "t.parquet", rows=7)) == 20


def test_parquet_without_pyarrow_says_what_to_install(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ToolError, match=r"day89\[parquet\]"):
        rooms.read_parquet(s3, BUCKET, "t.parquet")


@pytest.mark.parametrize("read", [rooms.read_csv, lambda *where: list(rooms.iter_csv(*where))])
def test_a_missing_table_is_a_lookup_error(s3: Any, read: Any) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.csv"):
        read(s3, BUCKET, "nothing.csv")
