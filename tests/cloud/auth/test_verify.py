"""Signatures: who a caller is, and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud.auth import verify
from day89.cloud.messages.model import ADMIN, ApiCall
from day89.cloud.messages.moto_request import Headers
from day89.cloud.moto.state import CloudState

KEYS = ["plain", "with space", "plus+", "percent%41", "ü/日本", "a//b", "~._-'()!*", "question?mark", "/leading"]


@pytest.fixture
def cloud() -> Iterator[Any]:
    with day89.cloud.local() as cloud:
        yield cloud


def call_of(request: AWSRequest, service: str = "s3", **more: Any) -> ApiCall:
    prepared = request.prepare()
    headers = Headers(dict(prepared.headers.items()))
    body = prepared.body or b""
    values = {"access_key": ADMIN.access_key, "session_token": None, "presigned": "Authorization" not in headers}
    return ApiCall(
        service, "X", "us-east-1", ADMIN.account, {}, prepared.method, prepared.url, headers, body, **values | more
    )


def sign(signer: Any, method: str, url: str, service: str = "s3", data: bytes = b"", **headers: str) -> AWSRequest:
    request = AWSRequest(method, url, headers=headers, data=data)
    signer(Credentials(ADMIN.access_key, ADMIN.secret_key), service, "us-east-1").add_auth(request)
    return request


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("query", ["", "?list-type=2&prefix=a%20b%2Bc&delimiter=%2F", "?uploads", "?tagging="])
def test_what_botocore_signs_is_right(key: str, query: str) -> None:
    url = f"https://bucket.s3.us-east-1.amazonaws.com/{quote(key, safe='/~')}{query}"
    request = sign(S3SigV4Auth, "PUT", url, data=b"body", **{"x-amz-meta-a": "  two   spaces "})
    call = call_of(request)
    assert verify.judge(call, CloudState()) is None
    assert call.principal == ADMIN.arn


@pytest.mark.parametrize("service", ["ec2", "iam", "sqs", "autoscaling"])
def test_form_requests_that_botocore_signs_are_right(service: str) -> None:
    url = f"https://{service}.us-east-1.amazonaws.com/123/queue"
    request = sign(SigV4Auth, "POST", url, service, b"Action=X&A=%C3%BC+b", **{"Content-Type": "text/plain; x=y"})
    assert verify.judge(call_of(request, service), CloudState()) is None


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("options", [{}, {"signature_version": "s3v4"}, {"s3": {"addressing_style": "path"}}])
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_presigned_urls_open_and_bear_no_change(cloud: Any, key: str, options: dict[str, Any], region: str) -> None:
    s3 = cloud.client("s3", region, config=Config(**options))
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket="bucket", **where)
    s3.put_object(Bucket="bucket", Key=key, Body=b"x")
    s3.put_object(Bucket="bucket", Key=key + "2", Body=b"other")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": key}, ExpiresIn=60)
    assert cloud.fetch(url)[::2] == (200, b"x")
    path, _, query = url.partition("?")
    altered = cloud.fetch(f"{path}2?{query}")
    assert (altered.status, b"SignatureDoesNotMatch" in altered.body) == (403, True)
    assert cloud.fetch(url, "PUT", b"y").status == 403
    assert cloud.fetch(url + "&response-content-type=text/html").status == 403


@pytest.mark.parametrize("options", [{"signature_version": "s3v4"}, {}])
def test_a_presigned_url_expires(cloud: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = cloud.client("s3", config=Config(**options))
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "k"}, ExpiresIn=60)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    answer = cloud.fetch(url)
    assert (answer.status, b"<Code>AccessDenied</Code><Message>Request has expired" in answer.body) == (403, True)


def test_a_presigned_url_lasts_a_week_at_most(cloud: Any) -> None:
    s3 = cloud.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="bucket")
    url = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": "bucket"}, ExpiresIn=604801)
    assert b"AuthorizationQueryParametersError" in cloud.fetch(url).body


def test_a_presigned_upload_takes_its_body(cloud: Any) -> None:
    s3 = cloud.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="bucket")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "k"}, ExpiresIn=60)
    assert cloud.fetch(url, "PUT", b"data").status == 200
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"data"


CALLS = [
    ("s3", "list_buckets", "InvalidAccessKeyId", 403, "SignatureDoesNotMatch", 403),
    ("ec2", "describe_instances", "AuthFailure", 401, "AuthFailure", 401),
    ("iam", "list_roles", "InvalidClientTokenId", 403, "SignatureDoesNotMatch", 403),
    ("sts", "get_caller_identity", "InvalidClientTokenId", 403, "SignatureDoesNotMatch", 403),
    ("ssm", "describe_parameters", "InvalidClientTokenId", 403, "SignatureDoesNotMatch", 403),
]


@pytest.mark.parametrize(("service", "method", "unknown", "status", "wrong", "wrong_status"), CALLS)
def test_unknown_keys_and_wrong_secrets_are_refused(
    cloud: Any, service: str, method: str, unknown: str, status: int, wrong: str, wrong_status: int
) -> None:
    keys = {"aws_access_key_id": "AKIANOBODY0000000000", "aws_secret_access_key": "x"}
    with pytest.raises(ClientError) as stranger:
        getattr(boto3.client(service, "us-east-1", **keys), method)()
    keys["aws_access_key_id"] = ADMIN.access_key
    with pytest.raises(ClientError) as thief:
        getattr(boto3.client(service, "us-east-1", **keys), method)()
    found = [(error.value.response["Error"]["Code"], status_of(error.value)) for error in (stranger, thief)]
    assert found == [(unknown, status), (wrong, wrong_status)]


def status_of(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_users_key_names_the_user(cloud: Any) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    assert boto3.client("sts", "us-east-1", **keys).get_caller_identity()["Arn"].endswith(":user/ann")
    iam.update_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        boto3.client("sts", "us-east-1", **keys).get_caller_identity()


def test_a_session_needs_its_token_and_ends(cloud: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    made = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    session = boto3.client("sts", "us-east-1", **keys, aws_session_token=made["SessionToken"])
    assert session.get_caller_identity()["Arn"].endswith("assumed-role/r/me")
    with pytest.raises(ClientError, match="InvalidToken"):
        boto3.client("s3", "us-east-1", **keys).list_buckets()
    cloud.state.backend("sts").assumed_roles[-1].expiration = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(ClientError, match="ExpiredToken"):
        session.get_caller_identity()


def test_a_body_that_is_not_the_one_that_was_signed_is_refused() -> None:
    call = call_of(sign(S3SigV4Auth, "PUT", "http://127.0.0.1:9000/b/k", data=b"right"))
    assert verify.judge(call, CloudState()) is None
    call.body = b"wrong"
    refusal = verify.judge(call, CloudState())
    assert refusal is not None
    assert refusal.code == "XAmzContentSHA256Mismatch"


def test_a_header_that_was_signed_may_not_change() -> None:
    call = call_of(sign(S3SigV4Auth, "PUT", "https://b.s3.amazonaws.com/k", **{"x-amz-acl": "private"}))
    call.headers = Headers({**call.headers, "x-amz-acl": "public-read"})
    refusal = verify.judge(call, CloudState())
    assert refusal is not None
    assert refusal.code == "SignatureDoesNotMatch"


def test_a_request_of_yesterday_is_refused() -> None:
    request = sign(S3SigV4Auth, "GET", "https://b.s3.amazonaws.com/k")
    call = call_of(request)
    call.headers = Headers({**call.headers, "x-amz-date": "20200101T000000Z"})
    refusal = verify.judge(call, CloudState())
    assert refusal is not None
    assert refusal.code == "RequestTimeTooSkewed"


def test_a_presigned_request_of_botocore_is_right() -> None:
    request = AWSRequest("GET", "https://b.s3.us-east-1.amazonaws.com/a%20b")
    S3SigV4QueryAuth(Credentials(ADMIN.access_key, ADMIN.secret_key), "s3", "us-east-1", expires=60).add_auth(request)
    assert verify.judge(call_of(request), CloudState()) is None


def test_an_anonymous_call_is_left_to_the_policies() -> None:
    call = call_of(AWSRequest("GET", "https://b.s3.amazonaws.com/k"), access_key=None)
    assert verify.judge(call, CloudState()) is None
    assert call.principal == "anonymous"


def test_an_unsigned_call_of_another_service_is_refused() -> None:
    call = call_of(AWSRequest("POST", "https://iam.amazonaws.com/"), "iam", access_key=None)
    refusal = verify.judge(call, CloudState())
    assert refusal is not None
    assert refusal.code == "MissingAuthenticationToken"
