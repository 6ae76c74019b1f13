"""A presigned POST uploads what its policy allows, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.config import Config

import day89.cloud
from day89.cloud import Cloud, Fetched


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="some-bucket")
        yield cloud


def post(cloud: Cloud, form: dict[str, Any], file: bytes, **changed: str) -> Fetched:
    """Send a form as a browser would."""
    fields = {**form["fields"], **changed}
    sent = requests.Request("POST", form["url"], data=fields, files={"file": ("a.txt", file)}).prepare()
    return cloud.fetch(form["url"], "POST", bytes(sent.body or b""), dict(sent.headers))


def signed(cloud: Cloud, version: str = "s3v4", key: str = "up/a b+ü", **options: Any) -> dict[str, Any]:
    s3 = cloud.client("s3", config=Config(signature_version=version))
    return dict(s3.generate_presigned_post("some-bucket", key, **options))


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_form_uploads_its_file(opened: Cloud, version: str) -> None:
    answer = post(opened, signed(opened, version), b"content")
    found = opened.client("s3").get_object(Bucket="some-bucket", Key="up/a b+ü")
    assert (answer.status, found["Body"].read(), opened.log[1].operation) == (204, b"content", "PutObject")


def test_file_name_fills_its_place_in_the_key(opened: Cloud) -> None:
    post(opened, signed(opened, key="up/${filename}"), b"content")
    assert opened.client("s3").list_objects_v2(Bucket="some-bucket")["Contents"][0]["Key"] == "up/a.txt"


def test_fields_that_the_policy_names_are_kept(opened: Cloud) -> None:
    fields = {"Content-Type": "text/plain", "x-amz-meta-who": "me", "success_action_status": "201"}
    form = signed(opened, Fields=fields, Conditions=[{name: value} for name, value in fields.items()])
    answer = post(opened, form, b"content")
    found = opened.client("s3").head_object(Bucket="some-bucket", Key="up/a b+ü")
    assert (answer.status, found["ContentType"], found["Metadata"]) == (201, "text/plain", {"who": "me"})


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [(4, 400, b"EntityTooSmall"), (5, 204, b""), (10, 204, b""), (11, 400, b"EntityTooLarge")],
)
def test_size_keeps_within_the_range(opened: Cloud, size: int, status: int, code: bytes) -> None:
    form = signed(opened, Conditions=[["content-length-range", 5, 10]])
    answer = post(opened, form, bytes(size))
    assert (answer.status, code in answer.body) == (status, True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "other"}, b"AccessDenied"),
        ({"x-amz-meta-extra": "x"}, b"AccessDenied"),
        ({"policy": "e30="}, b"SignatureDoesNotMatch"),
        ({"x-amz-credential": "AKIANOBODY/20260101/us-east-1/s3/aws4_request"}, b"InvalidAccessKeyId"),
    ],
    ids=str,
)
def test_form_that_was_altered_is_refused(opened: Cloud, changed: dict[str, str], code: bytes) -> None:
    answer = post(opened, signed(opened), b"content", **changed)
    assert code in answer.body
    assert "Contents" not in opened.client("s3").list_objects_v2(Bucket="some-bucket")


def test_form_that_is_over_is_refused(opened: Cloud) -> None:
    answer = post(opened, signed(opened, ExpiresIn=-5), b"content")
    assert (answer.status, b"Policy expired" in answer.body) == (403, True)


def test_form_without_a_policy_is_refused(opened: Cloud) -> None:
    form = signed(opened)
    answer = post(opened, {"url": form["url"], "fields": {"key": "k"}}, b"content")
    assert answer.status == 403
