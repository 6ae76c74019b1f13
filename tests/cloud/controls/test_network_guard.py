"""While the local cloud is active, nothing of this process reaches anything else, and the shell's AWS is forgotten."""

from __future__ import annotations

import os
import socket
import threading
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.httpsession import URLLib3Session

import day89.cloud
from day89.cloud.messages.model import ADMIN
from day89.errors import RealAccountError, ToolError

KEYS = {"aws_access_key_id": ADMIN.access_key, "aws_secret_access_key": ADMIN.secret_key}


def test_client_built_before_is_answered_by_the_cloud() -> None:
    before = boto3.client("s3", region_name="us-east-1", **KEYS)
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="found-here")
        assert [one["Name"] for one in before.list_buckets()["Buckets"]] == ["found-here"]


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:9", "http://localhost:4566", "https://s3.amazonaws.com"])
def test_client_built_inside_is_answered_by_the_cloud_whatever_its_endpoint(endpoint: str | None) -> None:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="found-here")
        s3 = boto3.client("s3", endpoint_url=endpoint)
        assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["found-here"]


def test_resource_and_session_are_answered_by_the_cloud() -> None:
    with day89.cloud.local():
        boto3.resource("s3").create_bucket(Bucket="found-here")
        assert [one.name for one in boto3.Session().resource("s3").buckets.all()] == ["found-here"]


def test_client_of_another_host_is_refused() -> None:
    with day89.cloud.local():
        s3 = boto3.client("s3", endpoint_url="https://storage.example.com")
        with pytest.raises(EndpointConnectionError):
            s3.list_buckets()


def test_keys_of_a_real_account_open_nothing() -> None:
    stranger = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x" * 40
    )
    with day89.cloud.local(), pytest.raises(ClientError, match="InvalidAccessKeyId"):
        stranger.list_buckets()


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("169.254.169.254", 80), ("::ffff:192.0.2.1", 80)])
def test_socket_to_anywhere_else_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with day89.cloud.local(), socket.socket(family) as connection, pytest.raises(RealAccountError, match=r"2\.1|254"):
        connection.connect(address)


def test_names_are_not_looked_up() -> None:
    with day89.cloud.local(), pytest.raises(urllib.error.URLError, match=r"refused to connect to example\.com"):
        urllib.request.urlopen("http://example.com")


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, day89.cloud.local():
        socket.create_connection(server.getsockname()).close()


def test_crt_transfers_stay_at_home(tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with day89.cloud.local() as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="found-here")
        s3.upload_file(
            str(tmp_path / "file"), "found-here", "k", Config=TransferConfig(preferred_transfer_client="crt")
        )
        assert s3.get_object(Bucket="found-here", Key="k")["Body"].read() == b"x"


def test_variables_of_the_shell_are_not_read_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL": "https://example.com", "AWS_ACCESS_KEY_ID": "AKIAREAL"}
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    with day89.cloud.local():
        assert {name: os.environ.get(name) for name in theirs} == {
            "AWS_PROFILE": None,
            "AWS_ENDPOINT_URL": None,
            "AWS_ACCESS_KEY_ID": ADMIN.access_key,
        }
        boto3.client("s3").list_buckets()
    assert {name: os.environ[name] for name in theirs} == theirs


def test_everything_is_put_back_at_the_end() -> None:
    def seen() -> tuple[Any, ...]:
        names = ("connect", "connect_ex", "sendto")
        return (URLLib3Session.send, socket.getaddrinfo, *(getattr(socket.socket, name) for name in names))

    before, threads = seen(), set(threading.enumerate())
    with day89.cloud.local() as cloud, cloud.serve():
        assert URLLib3Session.send.day89_local_cloud
    assert seen() == before
    assert set(threading.enumerate()) <= threads


def test_nothing_of_one_cloud_is_in_the_next() -> None:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket="found-here")
        cloud.client("s3", account="999999999999").create_bucket(Bucket="theirs")
        cloud.client("ec2", "eu-west-1").create_key_pair(KeyName="k")
    with day89.cloud.local() as cloud:
        assert cloud.client("s3").list_buckets()["Buckets"] == []
        assert cloud.client("ec2", "eu-west-1").describe_key_pairs()["KeyPairs"] == []
        cloud.client("s3").create_bucket(Bucket="theirs")


def test_second_cloud_in_one_process_is_refused() -> None:
    with day89.cloud.local(), pytest.raises(ToolError, match="active in this process"), day89.cloud.local():
        pass


def test_services_outside_the_course_say_so() -> None:
    with day89.cloud.local() as cloud, pytest.raises(ClientError, match="lambda is not one of them") as refused:
        cloud.client("lambda").list_functions()
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_same_seed_draws_the_same_ids() -> None:
    def vpc(seed: int) -> str:
        with day89.cloud.local(seed=seed) as cloud:
            return str(cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    assert vpc(7) == vpc(7) != vpc(8)
