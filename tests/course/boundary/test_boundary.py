"""The boundary carries plain data, errors and files, and nothing else."""

from __future__ import annotations

import datetime
import decimal
import json
import socket
import struct
import threading
from pathlib import Path, PurePath
from typing import Any

import pytest
from botocore.exceptions import ClientError

from day89.course.boundary.codec import Opaque, decode, decode_error, encode, encode_error
from day89.course.boundary.remote import HOSTILE
from day89.course.boundary.remote_cloud import ask_cloud, connection_of
from day89.course.boundary.remote_proxies import RemoteApp, RemoteModel
from day89.course.checks.proxies import NoAnswer
from day89.processes.channel import Broken, Wire

VALUES: list[Any] = [
    None,
    True,
    0,
    2**80,
    -1.5,
    "é",
    b"\0\xff",
    [1, [2]],
    (1, "a"),
    {1, 2},
    frozenset({3}),
    {"a": {"b": 1}},
    {1: "x", "$": "y"},
    Path("/a b"),
    PurePath("/a b"),
    datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
    decimal.Decimal("1.10"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_value_comes_back_as_it_was(value: Any) -> None:
    found = decode(json.loads(json.dumps(encode(value))))
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_crosses_too() -> None:
    assert repr(decode(encode([float("nan"), float("-inf")]))) == "[nan, -inf]"


class Liar(str):
    """Equal everything."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


def test_subclass_of_a_plain_type_loses_its_tricks() -> None:
    assert decode(encode(Liar("x"))) == "x"
    assert decode(encode(Liar("x"))) != "y"


def test_other_object_stays_where_it_is() -> None:
    found = decode(encode(object()))
    assert isinstance(found, Opaque)
    assert found != object()


def test_deep_value_ends_in_something_opaque() -> None:
    value: list[Any] = []
    for _ in range(500):
        value = [value]
    assert "opaque" in json.dumps(encode(value))


class NotThere(KeyError):
    """Be an error of a learner's own."""


@pytest.mark.parametrize(
    ("error", "base", "text"),
    [
        (NotThere("a/b"), LookupError, "'a/b'"),
        (ValueError("no"), ValueError, "no"),
        (FileNotFoundError(2, "gone", "a.csv"), FileNotFoundError, "[Errno 2] gone: 'a.csv'"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), ValueError, "'utf-8' codec can't decode byte 0x78"),
        (SystemExit(0), Exception, "0"),
    ],
)
def test_error_comes_back_as_an_exception_of_its_kind(error: BaseException, base: type, text: str) -> None:
    found = decode_error(json.loads(json.dumps(encode_error(error))))
    assert isinstance(found, base)
    assert isinstance(found, Exception)
    assert str(found).startswith(text)
    assert type(found).__name__ == type(error).__name__


def test_answer_of_aws_comes_back_with_its_code() -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
    found = decode_error(json.loads(json.dumps(encode_error(error))))
    assert isinstance(found, ClientError)
    assert found.response["Error"]["Code"] == "AccessDenied"


class NoBucket(ClientError, LookupError):
    """Be an answer of AWS, and what a docstring promises."""


class NotAllThere(RuntimeError, FileNotFoundError):
    """Be two of the errors that are built in."""


def test_error_of_several_kinds_comes_back_as_each_of_them() -> None:
    answer = NoBucket({"Error": {"Code": "NoSuchBucket", "Message": "no"}}, "GetObject")
    found = decode_error(json.loads(json.dumps(encode_error(answer))))
    assert isinstance(found, ClientError)
    assert isinstance(found, LookupError)
    assert (str(found), found.response["Error"]["Code"]) == (str(answer), "NoSuchBucket")
    other = decode_error(json.loads(json.dumps(encode_error(NotAllThere("a, b")))))
    assert isinstance(other, RuntimeError)
    assert isinstance(other, FileNotFoundError)
    assert (str(other), type(other).__name__) == ("a, b", "NotAllThere")


def test_error_that_says_it_is_of_all_kinds_comes_back_as_one() -> None:
    names = ["X", "OSError", "SyntaxError", "StopIteration", "ImportError", "ClientError", "Exception"]
    assert isinstance(decode_error({"names": names, "text": "no"}), OSError)


def test_forged_value_is_refused() -> None:
    with pytest.raises(ValueError, match="no such value"):
        decode({"$": "code", "v": "import os"})


@pytest.fixture
def pair() -> Any:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours), theirs


def test_frame_arrives_whole(pair: Any) -> None:
    wire, theirs = pair
    Wire(theirs).send({"a": 1}, b"x" * 100_000)
    message, blob = wire.receive()
    assert message["a"] == 1
    assert len(blob) == 100_000


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">II", 2**32 - 1, 2**32 - 1),
        struct.pack(">II", 4, 0) + b"[[[[",
        struct.pack(">II", 4, 0) + b"null",
        struct.pack(">II", 100_000, 0) + b"[" * 100_000,
        b"",
        b"abc",
    ],
    ids=["huge", "no JSON", "no message", "nested", "nothing", "cut"],
)
def test_what_is_no_frame_breaks_the_conversation(sent: bytes, pair: Any) -> None:
    wire, theirs = pair
    theirs.sendall(sent)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(Broken):
        wire.receive()


def framed(text: bytes) -> bytes:
    return struct.pack(">II", len(text), 0) + text


def test_small_text_that_is_large_in_memory_breaks_the_conversation(pair: Any) -> None:
    wire, theirs = pair
    theirs.setblocking(False)
    sender = threading.Thread(target=send_all, args=(theirs, framed(b'{"a":[' + b"[]," * 600_000 + b"0]}")))
    sender.start()
    with pytest.raises(Broken, match="limit"):
        wire.receive()
    sender.join()


def send_all(end: socket.socket, data: bytes) -> None:
    end.setblocking(True)
    end.sendall(data)
    end.shutdown(socket.SHUT_WR)


def test_integer_that_nobody_can_write_stays_where_it_is() -> None:
    assert isinstance(decode(encode(10**5000)), Opaque)
    assert repr(decode({"$": "int", "v": "0x" + "f" * 50_000}))


HOSTILE_ERRORS: list[Any] = [
    {"names": ["a\ud800\0b", "ValueError"], "text": "x"},
    {"names": [5, None, []], "text": {}},
    {"names": ["ClientError"], "response": {"$": "int", "v": "0x1"}},
    {"names": ["ClientError"], "response": {"Error": 5}},
    {"names": "ValueError"},
    {"names": {}},
    {"names": 5},
]


@pytest.mark.parametrize("data", HOSTILE_ERRORS, ids=repr)
def test_forged_error_is_an_exception_or_no_error(data: Any) -> None:
    try:
        made = decode_error(data)
    except HOSTILE:
        return
    assert isinstance(made, Exception)
    assert str(made) is not None
    assert type(made).__name__.encode()


HOSTILE_REQUESTS: list[Any] = [
    {"x": 1},
    {"aws": 5},
    {"aws": ["GET", 5, {}]},
    {"aws": ["GET", "https://s3.amazonaws.com/", []]},
    {"aws": ["G T\r\nX: y", "https://s3.amazonaws.com/", {"a\r\nb": "c\r\nd"}]},
    {"aws": ["GET", "https://s3.amazonaws.com/\ud800", {}]},
    {"aws": ["GET", "https://[::1", {}]},
    {"aws": ["GET", "https://s3.amazonaws.com@127.0.0.1:1/.amazonaws.com", {}]},
    {"aws": [None, None, None]},
    {"aws": ["GET", "https://s3.amazonaws.com/", {"Host": 5}]},
]


@pytest.mark.parametrize("message", HOSTILE_REQUESTS, ids=repr)
def test_forged_request_is_refused(message: Any) -> None:
    answer, content = ask_cloud(message, b"")
    assert (answer["raised"], content) == ("EndpointConnectionError", b"")


@pytest.mark.parametrize(
    "target", [5, [], ["127.0.0.1"], ["127.0.0.1", "x"], ["127.0.0.1", 1 << 40], [None, 1]], ids=repr
)
def test_forged_connection_leads_nowhere(target: Any) -> None:
    assert connection_of({"connect": target}) is None


class Replies:
    """A side of the boundary that answers whatever it was told to."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def ask(self, *question: Any) -> Any:
        return self.value


@pytest.mark.parametrize("value", [None, "x", 5, [], {}, {"status": "x", "headers": 5, "text": None}], ids=repr)
def test_forged_answer_of_an_app_or_a_model_is_told_in_words(value: Any) -> None:
    side = Replies(value)
    with pytest.raises(NoAnswer):
        RemoteApp(side, 0).request("GET", "/")
    if not isinstance(value, int):
        with pytest.raises(NoAnswer):
            _ = RemoteModel(side, 0).features
