"""A suspected mistake is named only where the call trace, the error or the value shows it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from day89.cloud.log import Call
from day89.course.checks.evidence import Scene, confirm, seen
from day89.course.checks.expectations import Wrong
from day89.course.checks.proxies import InProcessApp


def call(operation, status=200, error_code=None, **params):
    """Return a call as the log of the cloud has it."""
    action = f"s3.{operation}"
    return SimpleNamespace(operation=operation, action=action, status=status, error_code=error_code, params=params)


def scene(*trace, error=None, arguments=(), consoles=None):
    return Scene(error, arguments, trace, trace, consoles or {})


FORBIDDEN = call("ListObjectsV2", 403, "AccessDenied")
PAGE, NEXT = call("ListObjectsV2", Prefix="a/"), call("ListObjectsV2", Prefix="a/", ContinuationToken="t")
HALF = call("GetObject", Key="a")
NAMED = call("DeleteObjects", Delete={"Objects": [{"Key": "a"}]})


@pytest.mark.parametrize(
    ("mistake", "shown", "not_shown"),
    [
        ("L2", scene(PAGE), scene(PAGE, NEXT)),
        ("L4", scene(PAGE, NEXT, NEXT), scene(PAGE, NEXT)),
        ("L5", scene(PAGE, arguments=["a"]), scene(PAGE, arguments=["a/"])),
        ("U7", scene(call("PutObject", Key="/a"), arguments=["a"]), scene(call("PutObject", Key="a"), arguments=["a"])),
        ("U12", scene(FORBIDDEN), scene(PAGE)),
        ("U13", scene(error=FileNotFoundError("a/b")), scene(error=KeyError("a"))),
        ("U17", scene(NAMED), scene(NAMED, error=RuntimeError("a was not deleted"))),
        ("U18", scene(call("DeleteObjects", Delete={"Objects": []})), scene(NAMED)),
        ("E8", scene(), scene(error=TimeoutError("not healthy"))),
        ("E23", scene(error=UnboundLocalError("instance_id")), scene(error=KeyError("a"))),
        ("F3", scene(PAGE), scene(call("PutObject"))),
        (
            "N19",
            scene(call("GetObject", Key="a"), arguments=["a b"]),
            scene(call("GetObject", Key="a b"), arguments=["a b"]),
        ),
    ],
)
def test_a_mistake_is_named_only_where_it_is_shown(mistake, shown, not_shown):
    assert confirm(mistake, shown) == mistake
    assert confirm(mistake, not_shown) is None


def test_a_mistake_that_the_value_shows_needs_no_trace():
    assert confirm("R8", scene()) == "R8"
    assert confirm(None, scene()) is None


def test_without_a_mistake_the_last_call_is_told_and_a_console_keeps_its_lines():
    wrong = Wrong(called="f()", expected="a URL", found="it raised TimeoutError")
    last = Call(7, "s3", "GetObject", "us-east-1", {"Key": "a.csv"}, "1", status=404, error_code="NoSuchKey")
    told = seen(wrong, scene(last, consoles={"i-1": ("running", "one\n\ntwo\nthree\nfour\nfive\n")}))
    assert told[0] == "the last call to AWS: s3.GetObject a.csv -> 404 NoSuchKey"
    assert told[1:] == ["i-1 is running; its console ends with:", "two", "three", "four", "five"]


def test_behind_a_500_stands_the_exception():
    import flask

    app = flask.Flask("test")

    @app.get("/health")
    def health():
        return {"status": object()}

    answer = InProcessApp(app).request("GET", "/health")
    assert answer.status == 500
    assert "TypeError: Object of type object is not JSON serializable" in str(answer)


def test_an_error_of_aws_alone_is_no_evidence_for_what_a_check_was_written_for():
    refused = ClientError({"Error": {"Code": "MalformedXML", "Message": "no"}}, "PutObject")
    assert confirm("U31", scene(error=refused)) is None
