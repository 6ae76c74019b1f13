"""No client of this package sends a request to real AWS without the user's word, whatever changes its host."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

from day89.clients import REAL_ACCOUNT_VARIABLE, is_loopback, make_client
from day89.cloud import local
from day89.errors import RealAccountError

ACCOUNT, OTHER = "123456789012", "999999999999"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn><UserId>me</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.fixture
def shell(clean_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell without AWS, but for keys."""
    for name, value in {**KEYS, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(REAL_ACCOUNT_VARIABLE, raising=False)
    return monkeypatch


@pytest.fixture
def sent(shell: pytest.MonkeyPatch) -> list[str]:
    """The hosts that requests were sent to, in the place of sending them."""
    hosts: list[str] = []

    def send(self: URLLib3Session, request: Any) -> AWSResponse:
        hosts.append(request.url.split("/")[2])
        body = IDENTITY if "sts" in hosts[-1] else "<x/>"
        return AWSResponse(request.url, 200, HeadersDict({}), _Raw(body.encode()))

    shell.setattr(URLLib3Session, "send", send)
    return hosts


class _Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.body


@pytest.mark.parametrize("make", [make_client, boto3.client, lambda name: boto3.resource(name).meta.client])
def test_a_client_made_inside_a_local_cloud_goes_nowhere_after_it(sent: list[str], make: Any) -> None:
    with local():
        s3 = make("s3")
        s3.list_buckets()
    with pytest.raises(RealAccountError):
        s3.list_buckets()
    assert sent == []
    with local() as cloud:
        cloud.client("s3").create_bucket(Bucket="found-here")
        assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["found-here"]


def test_the_clouds_own_client_goes_nowhere_after_it(sent: list[str]) -> None:
    with local() as cloud:
        s3 = cloud.client("s3")
    with pytest.raises(RealAccountError, match="a local cloud that has ended"):
        s3.list_buckets()
    assert sent == []


def test_clients_of_others_are_left_alone(sent: list[str]) -> None:
    before = boto3.client("s3")
    with local(), pytest.raises(ClientError, match="InvalidAccessKeyId"):
        before.list_buckets()
    before.list_buckets()
    boto3.client("s3").list_buckets()
    assert sent == ["s3.amazonaws.com"] * 2


PROFILES = """
[profile base]
aws_access_key_id=AKIAEXAMPLE
aws_secret_access_key=y
[profile role]
role_arn=arn:aws:iam::123456789012:role/x
source_profile=base
[profile web]
role_arn=arn:aws:iam::123456789012:role/x
role_session_name=name
web_identity_token_file=TOKEN
"""


@pytest.mark.parametrize("profile", ["role", "web"])
def test_a_profile_that_assumes_a_role_is_not_asked_of_aws(
    sent: list[str], shell: pytest.MonkeyPatch, tmp_path: Path, profile: str
) -> None:
    (tmp_path / "token").write_text("t" * 20)
    (tmp_path / "config").write_text(PROFILES.replace("TOKEN", str(tmp_path / "token")))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        shell.delenv(name)
    shell.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    shell.setenv("AWS_PROFILE", profile)
    s3 = make_client("s3", "us-east-1", endpoint_url="http://127.0.0.1:1")
    with pytest.raises(RealAccountError, match=r"refused to send a request to sts\."):
        s3.list_buckets()
    assert sent == []


@pytest.mark.parametrize(
    "bucket",
    [
        "arn:aws:s3:us-east-1:123456789012:accesspoint:my",
        "arn:aws:s3-object-lambda:us-east-1:123456789012:accesspoint/my",
        "arn:aws:s3-outposts:us-east-1:123456789012:outpost/op-01234567890123456/accesspoint/my",
        "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap",
    ],
)
def test_a_bucket_that_names_a_host_stays_here(sent: list[str], bucket: str) -> None:
    s3 = make_client("s3", "us-east-1", endpoint_url="http://127.0.0.1:1")
    with pytest.raises((RealAccountError, BotoCoreError)):
        s3.get_object(Bucket=bucket, Key="k")
    assert sent == []


@pytest.mark.parametrize(
    "word", ["false", "0", "no", "true", "1", "12345678901", "1234567890123", "12345678901x", " ", "١٢٣٤٥٦٧٨٩٠١٢"]
)
def test_only_an_account_id_opens_the_gate(sent: list[str], shell: pytest.MonkeyPatch, word: str) -> None:
    shell.setenv(REAL_ACCOUNT_VARIABLE, word)
    with pytest.raises(RealAccountError, match="is no account id"):
        make_client("s3", "us-east-1")
    assert sent == []


def test_the_account_that_is_named_is_the_account_that_is_reached(sent: list[str], shell: pytest.MonkeyPatch) -> None:
    shell.setenv(REAL_ACCOUNT_VARIABLE, ACCOUNT)
    s3 = make_client("s3", "us-east-1")
    s3.list_buckets()
    s3.list_buckets()
    assert sent == ["sts.us-east-1.amazonaws.com", "s3.amazonaws.com", "s3.amazonaws.com"]


def test_another_account_is_refused_before_the_request(sent: list[str], shell: pytest.MonkeyPatch) -> None:
    shell.setenv(REAL_ACCOUNT_VARIABLE, OTHER)
    s3 = make_client("s3", "us-east-1")
    with pytest.raises(
        RealAccountError, match=f"belong to account {ACCOUNT}, and {REAL_ACCOUNT_VARIABLE} names {OTHER}"
    ):
        s3.list_buckets()
    assert sent == ["sts.us-east-1.amazonaws.com"]


def test_a_word_that_is_taken_back_closes_the_gate(sent: list[str], shell: pytest.MonkeyPatch) -> None:
    shell.setenv(REAL_ACCOUNT_VARIABLE, ACCOUNT)
    s3 = make_client("s3", "us-east-1")
    shell.delenv(REAL_ACCOUNT_VARIABLE)
    with pytest.raises(RealAccountError):
        s3.list_buckets()
    assert sent == []


@pytest.fixture
def proxy() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that notes what it is asked for."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(4096).split(b"\r\n")[0])
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], asked
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_proxy_is_not_asked_for_loopback(shell: pytest.MonkeyPatch, proxy: tuple[int, list[bytes]]) -> None:
    port, asked = proxy
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        shell.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("NO_PROXY", "no_proxy"):
        shell.delenv(name, raising=False)
    s3 = make_client("s3", "us-east-1", endpoint_url=f"http://127.0.0.1:{port}")
    with pytest.raises(ClientError, match="403"):
        s3.list_buckets()
    assert asked == [b"GET / HTTP/1.1"]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.8.9.10", True),
        ("http://localhost", True),
        ("http://LOCALHOST:1", True),
        ("http://[::1]:1", True),
        ("http://bucket.localhost:1", True),
        ("http://localhost#@example.com/", True),
        ("http://127.0.0.1@s3.amazonaws.com", False),
        ("http://localhost.example.com", False),
        ("http://example.com\\@127.0.0.1:1", False),
        ("https://127.0.0.1:1@example.com:80", False),
        (" http://127.0.0.1:1", False),
        ("http://0.0.0.0:1", False),
        ("http://127.0.0.1.example.com", False),
        ("http://notlocalhost", False),
        ("127.0.0.1:1", False),
        ("", False),
    ],
)
def test_loopback_is_what_would_be_connected_to(url: str, here: bool) -> None:
    assert is_loopback(url) is here
