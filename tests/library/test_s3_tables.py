"""What tables promise: the names and values that were read are those that are written."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from typing import Any

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import IntegrityError, InvalidInputError

BUCKET = "tables-of-rows"
TEXT = some.text(some.sampled_from('aé0 ,"\n\r;'), max_size=4)


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with local() as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3: Any, key: str, content: bytes) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)


def body(s3: Any, key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def whole(s3: Any, key: str, **options: Any) -> pandas.DataFrame:
    return rooms.read_csv(s3, BUCKET, key, **options)


def first_piece(s3: Any, key: str, **options: Any) -> pandas.DataFrame:
    first, *_ = rooms.iter_csv(s3, BUCKET, key, rows=1, **options)
    return first


@pytest.mark.parametrize("read", [whole, first_piece])
@pytest.mark.parametrize("content", [b"id,v\n1,2,3\n4,5,6\n", b"id,v\n1,2,\n", b"v\n0,a\n1,b\n"])
def test_the_first_field_is_never_lost_to_an_index(s3: Any, read: Any, content: bytes) -> None:
    put(s3, "a.csv", content)
    with pytest.raises(InvalidInputError, match="more fields than the header"):
        read(s3, "a.csv")
    with pytest.raises(InvalidInputError, match="index_col=0"):
        read(s3, "a.csv", dtype=str)


@pytest.mark.parametrize("read", [whole, first_piece])
@pytest.mark.parametrize(
    ("content", "options", "names"),
    [
        (b",v\n0,a\n", {}, ["", "v"]),
        (b"id,\n0,a\n", {}, ["id", ""]),
        (b"Unnamed: 0,v,\n0,a,1\n", {}, ["Unnamed: 0", "v", ""]),
        (b";v\n0;a\n", {"sep": ";"}, ["", "v"]),
        (b"# note\n,v\n0,a\n", {"comment": "#"}, ["", "v"]),
        (b",v\n0,a\n", {"usecols": [0]}, [""]),
        (b"Unnamed: 1,v\n0,a\n", {}, ["Unnamed: 1", "v"]),
        (b",v\n0,a\n", {"header": None}, [0, 1]),
    ],
)
def test_the_names_are_those_of_the_header(s3: Any, read: Any, content: bytes, options: Any, names: list[Any]) -> None:
    put(s3, "a.csv", content)
    assert list(read(s3, "a.csv", **options).columns) == names


def test_an_index_that_is_asked_for_is_made(s3: Any) -> None:
    put(s3, "a.csv", b"i,v\n7,a\n")
    assert list(whole(s3, "a.csv", index_col=0).index) == [7]


@pytest.mark.parametrize("read", [whole, first_piece])
@pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: packed + b"junk", lambda _: b"id\n1\n"])
def test_a_damaged_gzip_object_is_told(s3: Any, read: Any, damage: Any) -> None:
    packed = gzip.compress(b"id\n" + random.Random(1).randbytes(3000).hex().encode() + b"\n")
    put(s3, "a.csv.gz", damage(packed))
    with pytest.raises(IntegrityError, match="not a whole gzip file"):
        read(s3, "a.csv.gz")


def test_an_empty_object_is_told(s3: Any) -> None:
    put(s3, "a.csv", b"")
    with pytest.raises(InvalidInputError, match=r"a\.csv is empty"):
        rooms.read_csv(s3, BUCKET, "a.csv")


@given(some.lists(some.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_every_text_comes_back_as_it_was_written(s3: Any, rows: list[list[str]]) -> None:
    frame = pandas.DataFrame(rows, columns=["a", "b"], dtype=str)
    rooms.write_csv(s3, [frame, frame], BUCKET, "a.csv")
    back = rooms.read_csv(s3, BUCKET, "a.csv", dtype=str, keep_default_na=False)
    assert back.to_numpy().tolist() == rows + rows
    assert b"\r\n" not in body(s3, "a.csv") or any("\r\n" in text for row in rows for text in row)


@pytest.mark.parametrize(
    ("options", "content"),
    [
        ({"encoding": "latin-1"}, b"a,b\n\xe9,1\n\xe9,1\n"),
        ({"header": False}, b"\xc3\xa9,1\n\xc3\xa9,1\n"),
        ({"header": ["x", "y"]}, b"x,y\n\xc3\xa9,1\n\xc3\xa9,1\n"),
        ({"index": True}, b",a,b\n0,\xc3\xa9,1\n0,\xc3\xa9,1\n"),
        ({"lineterminator": "\r\n"}, b"a,b\r\n\xc3\xa9,1\r\n\xc3\xa9,1\r\n"),
        ({"sep": ";", "columns": ["a"]}, b"a\n\xc3\xa9\n\xc3\xa9\n"),
    ],
)
def test_the_options_of_pandas_are_heeded(s3: Any, options: Any, content: bytes) -> None:
    frame = pandas.DataFrame({"a": ["é"], "b": [1]})
    rooms.write_csv(s3, [frame, frame], BUCKET, "a.csv", **options)
    assert body(s3, "a.csv") == content


@pytest.mark.parametrize("name", ["compression", "mode", "path_or_buf"])
def test_options_that_the_key_decides_are_refused(s3: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"takes no {name}"):
        rooms.write_csv(s3, pandas.DataFrame({"a": [1]}), BUCKET, "a.csv", **{name: "gzip"})


@pytest.mark.parametrize(("first", "second"), [([None, None], ["x", "y"]), ([1, 2], [1.5, None]), (["x", "y"], [1, 2])])
def test_a_parquet_frame_of_other_types_is_told(s3: Any, first: list[Any], second: list[Any]) -> None:
    frames = [pandas.DataFrame({"a": first}), pandas.DataFrame({"a": second})]
    with pytest.raises(InvalidInputError, match="does not have the types of the first one"):
        rooms.write_parquet(s3, frames, BUCKET, "p.parquet")
