"""What keeps a running cloud in hand: bodies that arrive whole, health, reset, preparation, a bounded log."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud import view
from day89.cloud.controls.prepare import prepare
from day89.cloud.log import CallLog
from day89.cloud.messages.model import ADMIN, ApiCall
from day89.errors import UsageError

BUCKET = "life-bucket"
KIND = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Any, Any]]:
    with day89.cloud.local() as cloud, cloud.serve() as server:
        yield cloud, server


@pytest.fixture
def empty(served: tuple[Any, Any]) -> tuple[Any, Any]:
    served[0].reset()
    served[0].client("s3").create_bucket(Bucket=BUCKET)
    return served


def send(server: Any, cloud: Any, head: str, body: bytes) -> tuple[int, bytes]:
    """Put an object by hand: the head's further lines and the body go out as they are."""
    url = urlsplit(cloud.client("s3").generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "key"}))
    with socket.create_connection((server.host, server.port), timeout=30) as line:
        line.sendall(f"PUT /{BUCKET}/key?{url.query} HTTP/1.1\r\nHost: s3.amazonaws.com\r\n{head}\r\n".encode() + body)
        line.shutdown(socket.SHUT_WR)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read()


def stored(cloud: Any) -> bytes | None:
    try:
        content: bytes = cloud.client("s3").get_object(Bucket=BUCKET, Key="key")["Body"].read()
    except ClientError:
        return None
    return content


@pytest.mark.parametrize("name", ["transfer-encoding", "Transfer-Encoding", "TRANSFER-ENCODING"])
def test_chunks_are_stored_whatever_the_case_of_their_header(empty: tuple[Any, Any], name: str) -> None:
    cloud, server = empty
    answer = send(server, cloud, f"{name}: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n")
    assert (answer[0], stored(cloud)) == (200, b"hello")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("content-length: 10\r\n", b"hello"),
        ("transfer-encoding: chunked\r\n", b"9\r\nhello"),
        ("transfer-encoding: chunked\r\n", b"5\r\nhello world\r\n0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n", b"zz\r\nhello\r\n0\r\n\r\n"),
    ],
)
def test_a_body_that_is_not_as_declared_is_refused(empty: tuple[Any, Any], head: str, body: bytes) -> None:
    cloud, server = empty
    status, text = send(server, cloud, head, body)
    assert (status, b"IncompleteBody" in text, stored(cloud)) == (400, True, None)


@pytest.mark.parametrize(
    ("decoded", "trailer", "body", "code"),
    [
        ("5", "", b"5\r\nhello\r\n0\r\n\r\n", ""),
        ("999", "", b"5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        ("5", "x-amz-checksum-crc32", b"5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        ("5", "x-amz-checksum-crc32", b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", ""),
        ("5", "x-amz-checksum-crc32", b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"),
    ],
)
def test_framing_of_aws_is_held_to_what_it_declares(
    empty: tuple[Any, Any], decoded: str, trailer: str, body: bytes, code: str
) -> None:
    cloud, _ = empty
    headers = {"x-amz-content-sha256": KIND, "x-amz-decoded-content-length": decoded, "Content-Encoding": "aws-chunked"}
    headers |= {"x-amz-trailer": trailer} if trailer else {}
    request = AWSRequest("PUT", f"https://s3.amazonaws.com/{BUCKET}/key", data=body, headers=headers)
    Framed(Credentials(ADMIN.access_key, ADMIN.secret_key), "s3", "us-east-1").add_auth(request)
    answer = cloud.fetch(request.url, "PUT", body, dict(request.headers))
    wanted = (400, True, None) if code else (200, True, b"hello")
    assert (answer.status, code in answer.body.decode(), stored(cloud)) == wanted


class Framed(S3SigV4Auth):  # type: ignore[misc]
    """A signature over what stands in the place of the body's hash."""

    def payload(self, request: Any) -> str:
        return KIND


def test_health_tells_that_it_runs(served: tuple[Any, Any]) -> None:
    answer = ask(served[1], "GET", "/_day89/health")
    assert (answer[0], json.loads(answer[1])["state"]) == (200, "running")


def ask(server: Any, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_reset_forgets_everything(empty: tuple[Any, Any]) -> None:
    cloud, server = empty
    image = cloud.client("ssm").get_parameter(
        Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    )["Parameter"]["Value"]
    for _ in range(2):
        ec2 = cloud.client("ec2")
        ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        assert ask(server, "POST", "/_day89/reset")[0] == 200
        assert (len(cloud.log), view.buckets(cloud), view.instances(cloud)) == (0, [], [])
        assert ec2.describe_instances()["Reservations"] == []


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 405),
        ("POST", {"Origin": "http://evil.example"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_reset_is_not_done_by_the_way(
    empty: tuple[Any, Any], method: str, headers: dict[str, str], status: int
) -> None:
    assert ask(empty[1], method, "/_day89/reset", headers)[0] == status
    assert [one["name"] for one in view.buckets(empty[0])] == [BUCKET]


def test_a_file_prepares_the_cloud(empty: tuple[Any, Any], tmp_path: Path) -> None:
    cloud, server = empty
    path = tmp_path / "init.py"
    path.write_text("import boto3\nboto3.client('s3').create_bucket(Bucket='prepared-1')\n", encoding="utf-8")
    prepare(path, server.env)
    assert "prepared-1" in [one["name"] for one in view.buckets(cloud)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n1 / 0\n", "line 2: ZeroDivisionError"),
        ("if\n", "line 1: SyntaxError"),
        ("raise SystemExit(3)", "ended with 3"),
    ],
)
def test_a_file_that_breaks_is_named_with_its_line(
    empty: tuple[Any, Any], tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "init.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        prepare(path, empty[1].env)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        prepare(tmp_path / "nothing.py", {})


def test_log_with_a_limit_keeps_the_newest_and_their_numbers() -> None:
    log = CallLog(limit=20)
    for _ in range(50):
        log.begin(ApiCall("s3", "ListBuckets", "us-east-1", "1", {}, "GET", "https://s3.amazonaws.com/", {}, b""))
    numbers = [call.number for call in log]
    assert (numbers[-1], len(numbers) <= 20) == (50, True)
    assert numbers == list(range(numbers[0], 51))
    assert [call.number for call in log.after(48)] == [49, 50]


@pytest.mark.parametrize("service", ["s3", "ec2", "iam"])
def test_foreign_credentials_are_told_which_to_paste(served: tuple[Any, Any], service: str) -> None:
    import boto3

    client = boto3.client(service, "us-east-1", aws_access_key_id="AKIAFOREIGN", aws_secret_access_key="x")
    call = {"s3": "list_buckets", "ec2": "describe_instances", "iam": "list_users"}[service]
    with pytest.raises(ClientError, match="export AWS_ACCESS_KEY_ID=AKIADAY89LOCALCLOUD1"):
        getattr(client, call)()


def test_view_shows_what_is_there_and_makes_no_call(empty: tuple[Any, Any]) -> None:
    cloud, _ = empty
    s3, iam = cloud.client("s3"), cloud.client("iam")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"22"):
        s3.put_object(Bucket=BUCKET, Key="a/b", Body=body)
    s3.delete_object(Bucket=BUCKET, Key="gone")
    iam.create_role(RoleName="shown", AssumeRolePolicyDocument=json.dumps(TRUST))
    cloud.client("ec2").create_security_group(GroupName="web", Description="web")
    before = len(cloud.log)
    assert [(one["key"], one["bytes"]) for one in view.objects(cloud, BUCKET)] == [("a/b", 2)]
    kinds = [(one["key"], one["latest"], one["delete_marker"]) for one in view.versions(cloud, BUCKET)]
    assert kinds == [("a/b", True, False), ("a/b", False, False), ("gone", True, True)]
    assert [one["name"] for one in view.roles(cloud)] == ["shown"]
    assert [one["name"] for one in view.groups(cloud)] == ["web"]
    assert (view.alarms(cloud), view.objects(cloud, "nothing")) == ([], [])
    assert view.calls(cloud, after=before - 1)[0]["operation"] == "CreateSecurityGroup"
    assert len(cloud.log) == before


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
