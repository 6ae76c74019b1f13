"""What objects promise: whole or not at all, all pages, 1,000 keys a request, words for what is not there."""

from __future__ import annotations

import io
import stat
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ResponseStreamingError

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import IntegrityError, InvalidInputError, JobFailedError, NotFoundError

BUCKET = "rooms-of-s3"
ODD_KEYS = ["a b.csv", "plus+and%25.csv", "quote'\".csv", "été/ß.csv", "日本.json"]


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
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(b"id,name\n007,Ada\n")
    return path


class Breaking:
    """Be an S3 client whose bodies break after some bytes, the first few times."""

    def __init__(self, s3: Any, *, after: int, times: int) -> None:
        self._s3, self._after, self._left = s3, after, times
        self.ranges: list[str | None] = []

    def get_object(self, **arguments: Any) -> Any:
        self.ranges.append(arguments.get("Range"))
        answer = self._s3.get_object(**arguments)
        if self._left:
            self._left -= 1
            answer["Body"] = BreakingBody(answer["Body"].read(self._after))
        return answer


class BreakingBody(io.BytesIO):
    """Give some bytes and then break, as botocore's bodies do."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ResponseStreamingError(error="connection broken")
        return piece


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_file_comes_back_as_it_went(s3: Any, file: Path, tmp_path: Path, key: str) -> None:
    assert rooms.upload_file(s3, file, BUCKET, key) == f"s3://{BUCKET}/{key}"
    assert rooms.download_file(s3, BUCKET, key, tmp_path / "new" / "folder" / "x").read_bytes() == file.read_bytes()


def test_an_upload_has_the_content_type_of_its_key_and_the_class_that_was_asked_for(s3: Any, file: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "page.html", storage_class="STANDARD_IA", metadata={"origin": "here"})
    seen = rooms.describe_object(s3, BUCKET, "page.html")
    assert (seen.content_type, seen.storage_class, dict(seen.metadata)) == (
        "text/html",
        "STANDARD_IA",
        {"origin": "here"},
    )


def test_a_large_file_goes_in_parts_and_comes_back_in_one_or_many_streams(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("day89.s3.transfer.SINGLE_BYTES_MAX", 8 << 20)
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(range(256)) * (17 * 4096))
    rooms.upload_file(s3, big, BUCKET, "big.bin", checksum=True)
    assert rooms.describe_object(s3, BUCKET, "big.bin").etag.endswith("-2")
    for streams in (1, 3):
        got = rooms.download_file(s3, BUCKET, "big.bin", tmp_path / f"{streams}", verify=True, streams=streams)
        assert got.read_bytes() == big.read_bytes()


@pytest.mark.parametrize("act", [rooms.upload_file, rooms.download_file])
def test_no_streams_are_refused_before_any_call(s3: Any, cloud: Any, file: Path, act: Any) -> None:
    places = {"path": file, "bucket": BUCKET, "key": "k"}
    before = len(cloud.log)
    with pytest.raises(InvalidInputError, match="streams"):
        act(s3, **places, streams=0)
    assert len(cloud.log) == before


def test_a_reader_gives_all_the_rest_at_once_also_through_a_broken_connection(s3: Any) -> None:
    content = bytes(range(256)) * 8192
    s3.put_object(Bucket=BUCKET, Key="k", Body=content)
    weak = Breaking(s3, after=3 << 19, times=1)  # behind what the reader buffers, so amid the rest
    with rooms.open_object(weak, BUCKET, "k") as reader:  # type: ignore[arg-type]
        assert reader.read(3) + reader.read() == content
    assert weak.ranges == [None, f"bytes={3 << 19}-"]


def test_progress_ends_at_the_whole_size_in_both_directions(s3: Any, file: Path, tmp_path: Path) -> None:
    up: list[tuple[int, int]] = []
    down: list[tuple[int, int]] = []
    rooms.upload_file(s3, file, BUCKET, "k", progress=lambda done, total: up.append((done, total)))
    rooms.download_file(s3, BUCKET, "k", tmp_path / "k", progress=lambda done, total: down.append((done, total)))
    assert up[-1] == down[-1] == (16, 16)


def test_a_missing_file_is_found_out_before_any_call(s3: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rooms.upload_file(s3, tmp_path / "nothing", BUCKET, "k")
    assert rooms.list_keys(s3, BUCKET) == []


@pytest.mark.parametrize(
    "act",
    [
        lambda s3, path: rooms.upload_file(s3, path, "no-such-bucket-here", "k"),
        lambda s3, path: rooms.download_file(s3, "no-such-bucket-here", "k", path),
        lambda s3, path: rooms.download_file(s3, BUCKET, "no-such-key", path),
        lambda s3, path: rooms.describe_object(s3, BUCKET, "no-such-key"),
        lambda s3, path: rooms.list_keys(s3, "no-such-bucket-here"),
        lambda s3, path: rooms.delete_prefix(s3, "no-such-bucket-here", "a/"),
        lambda s3, path: rooms.delete_object(s3, "no-such-bucket-here", "a"),
        lambda s3, path: rooms.copy_object(s3, BUCKET, "no-such-key", BUCKET, "k"),
        lambda s3, path: rooms.open_object(s3, BUCKET, "no-such-key"),
        lambda s3, path: rooms.verify_file(s3, path, BUCKET, "no-such-key"),
    ],
)
def test_what_is_not_there_is_a_lookup_error_that_names_it(s3: Any, file: Path, act: Any) -> None:
    with pytest.raises(LookupError, match="no-such-"):
        act(s3, file)


def test_a_failed_download_leaves_the_file_and_the_folder_as_they_were(s3: Any, file: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        rooms.download_file(s3, BUCKET, "no-such-key", file)
    with pytest.raises(NotFoundError):
        rooms.download_file(s3, BUCKET, "no-such-key", tmp_path / "new" / "x")
    assert file.read_bytes() == b"id,name\n007,Ada\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def test_a_download_that_breaks_for_good_leaves_nothing_behind(s3: Any, file: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "k")
    with pytest.raises(ResponseStreamingError):
        rooms.download_file(Breaking(s3, after=0, times=99), BUCKET, "k", file)  # type: ignore[arg-type]
    assert [path.name for path in file.parent.iterdir()] == ["data.csv"]
    assert file.read_bytes() == b"id,name\n007,Ada\n"


def test_a_broken_download_goes_on_where_it_broke(s3: Any, file: Path, tmp_path: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "k")
    weak = Breaking(s3, after=5, times=2)
    got = rooms.download_file(weak, BUCKET, "k", tmp_path / "k")  # type: ignore[arg-type]
    assert got.read_bytes() == file.read_bytes()
    assert weak.ranges == [None, "bytes=5-", "bytes=10-"]


def test_an_object_that_is_replaced_during_a_broken_read_is_never_mixed(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"old old old")
    with rooms.open_object(Breaking(s3, after=4, times=1), BUCKET, "k") as reader:  # type: ignore[arg-type]
        assert reader.read1(4) == b"old "
        s3.put_object(Bucket=BUCKET, Key="k", Body=b"new new new")
        with pytest.raises(IntegrityError, match="replaced"):
            reader.read()


def test_a_reader_can_be_read_in_any_order(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")
    with rooms.open_object(s3, BUCKET, "k") as reader:
        assert reader.read(3) == b"012"
        assert (reader.seek(-2, io.SEEK_END), reader.read()) == (8, b"89")
        assert (reader.seek(4), reader.read(2), reader.tell()) == (4, b"45", 6)
        with pytest.raises(ValueError, match="before"):
            reader.seek(-1)


def test_a_reader_of_an_empty_object_reads_nothing(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    with rooms.open_object(s3, BUCKET, "empty") as reader:
        assert reader.read() == b""


def test_a_file_that_differs_from_its_checksum_is_not_downloaded(s3: Any, file: Path, tmp_path: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"forged", Metadata={"sha256": "0" * 64})
    with pytest.raises(IntegrityError, match="sha256"):
        rooms.download_file(s3, BUCKET, "k", file, verify=True)
    assert file.read_bytes() == b"id,name\n007,Ada\n"


def test_verification_without_a_checksum_is_refused(s3: Any, file: Path, tmp_path: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "k")
    with pytest.raises(IntegrityError, match="checksum=True"):
        rooms.download_file(s3, BUCKET, "k", tmp_path / "k", verify=True)


def test_a_local_file_is_compared_with_the_checksum_of_the_object(s3: Any, file: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "k", checksum=True)
    assert rooms.verify_file(s3, file, BUCKET, "k")
    file.write_bytes(b"changed")
    assert not rooms.verify_file(s3, file, BUCKET, "k")


def test_a_downloaded_file_can_be_read_like_any_new_file(s3: Any, file: Path, tmp_path: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "k")
    got = rooms.download_file(s3, BUCKET, "k", tmp_path / "k")
    assert stat.S_IMODE(got.stat().st_mode) == stat.S_IMODE(file.stat().st_mode)


def test_every_page_is_listed_in_order(s3: Any) -> None:
    wanted = sorted(f"in/{number:02}" for number in range(10))
    for key in [*wanted, "index"]:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert rooms.list_keys(s3, BUCKET, "in/") == wanted
    assert rooms.list_keys(s3, BUCKET, "none/") == []


def test_a_prefix_is_deleted_over_all_pages_and_nothing_else(s3: Any) -> None:
    for key in ["in/1", "in/2", "in/3", "in/4", "in/5", "index"]:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert rooms.delete_prefix(s3, BUCKET, "in/") == 5
    assert rooms.delete_prefix(s3, BUCKET, "in/") == 0
    assert rooms.list_keys(s3, BUCKET) == ["index"]


def test_an_empty_prefix_is_refused(s3: Any) -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        rooms.delete_prefix(s3, BUCKET, "")


class Counting:
    """Be an S3 client that only counts the keys of each request."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.batches: list[int] = []
        self._errors = errors

    def delete_objects(self, *, Bucket: str, Delete: Any) -> Any:
        self.batches.append(len(Delete["Objects"]))
        return {"Errors": self._errors}


def test_no_request_names_more_than_a_thousand_keys() -> None:
    s3 = Counting([])
    assert rooms.delete_keys(s3, BUCKET, ({"Key": str(n)} for n in range(2001))) == 2001  # type: ignore[arg-type]
    assert s3.batches == [1000, 1000, 1]


def test_no_request_is_sent_for_no_keys() -> None:
    s3 = Counting([])
    assert rooms.delete_keys(s3, BUCKET, []) == 0  # type: ignore[arg-type]
    assert s3.batches == []


def test_keys_that_s3_kept_are_named() -> None:
    s3 = Counting([{"Key": "held", "Code": "AccessDenied"}])
    with pytest.raises(JobFailedError, match=r"held \(AccessDenied\)"):
        rooms.delete_keys(s3, BUCKET, [{"Key": "held"}, {"Key": "free"}])  # type: ignore[arg-type]


def test_a_copy_keeps_bytes_and_metadata(s3: Any, file: Path, tmp_path: Path) -> None:
    rooms.upload_file(s3, file, BUCKET, "a+b c.csv", metadata={"origin": "here"})
    assert rooms.copy_object(s3, BUCKET, "a+b c.csv", BUCKET, "copy.csv") == f"s3://{BUCKET}/copy.csv"
    assert dict(rooms.describe_object(s3, BUCKET, "copy.csv").metadata) == {"origin": "here"}
    assert s3.get_object(Bucket=BUCKET, Key="copy.csv")["Body"].read() == file.read_bytes()


def test_deleting_what_is_not_there_is_fine(s3: Any) -> None:
    rooms.delete_object(s3, BUCKET, "never")
    assert not rooms.object_exists(s3, BUCKET, "never")


def test_forbidden_is_never_absent(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = ClientError({"Error": {"Code": "403"}}, "HeadObject")

    def refuse(**_: Any) -> Any:
        raise forbidden

    monkeypatch.setattr(s3, "head_object", refuse)
    with pytest.raises(ClientError) as caught:
        rooms.object_exists(s3, BUCKET, "k")
    assert caught.value is forbidden


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_presigned_url_is_signed_with_version_4_for_its_region(s3: Any, cloud: Any, region: str) -> None:
    parts = urllib.parse.urlsplit(rooms.presign(cloud.client("s3", region), BUCKET, "a b.csv", seconds=60))
    query = urllib.parse.parse_qs(parts.query)
    assert parts.path.endswith("a%20b.csv")
    assert query["X-Amz-Expires"] == ["60"]
    assert f"/{region}/s3/aws4_request" in query["X-Amz-Credential"][0]


def ask(cloud: Any, method: str, url: str, body: bytes = b"") -> tuple[int, bytes]:
    status, _, answer = cloud.gateway.handle(method, url, {}, body)
    return status, answer


def test_a_presigned_url_opens_what_it_was_made_for_and_nothing_else(s3: Any, cloud: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a b.csv", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="other", Body=b"secret")
    url = rooms.presign(s3, BUCKET, "a b.csv")
    assert ask(cloud, "GET", url) == (200, b"x")
    assert ask(cloud, "GET", url.replace("a%20b.csv", "other"))[0] == 403
    assert ask(cloud, "PUT", url, b"y")[0] == 403
    assert ask(cloud, "PUT", rooms.presign(s3, BUCKET, "new", method="PUT"), b"y")[0] == 200
    assert s3.get_object(Bucket=BUCKET, Key="new")["Body"].read() == b"y"


@pytest.mark.parametrize("options", [{"method": "PATCH"}, {"seconds": 0}, {"seconds": 604801}])
def test_a_url_that_aws_would_not_honour_is_not_made(s3: Any, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        rooms.presign(s3, BUCKET, "k", **options)
