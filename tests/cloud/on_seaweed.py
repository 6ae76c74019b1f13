"""A pytest plugin that puts SeaweedFS in the place of the local cloud: ``python -m pytest -p on_seaweed TESTS``.

The server is the one at ``SEAWEED_ENDPOINT``. It has S3 only, and breaks nothing on request: tests that want more of a
cloud than that are skipped. The log and refusals on request are made on the client's side.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from seaweed import ACCESS, SECRET

import day89.cloud
from day89.cloud.log import Call, CallLog
from day89.course.grading import plugin

KEYS = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET}


class Refusals:
    """Refuse calls as ``cloud.faults`` does, where it is all of a call that is refused."""

    def __init__(self) -> None:
        self.added: list[SimpleNamespace] = []

    def add(self, action: str, *, nth: int = 1, code: str = "", status: int = 403, **more: Any) -> Any:
        if not code or set(more) - {"times", "message"}:
            pytest.skip("SeaweedFS breaks nothing on request")
        self.added.append(SimpleNamespace(action=action, left=nth, code=code, status=status, met=False))
        return self.added[-1]

    def clear(self) -> None:
        self.added.clear()

    def answer(self, action: str) -> Any:
        for one in self.added:
            one.left -= one.action == action
            if one.action == action and one.left <= 0:
                one.met = True
                error = {"Code": one.code, "Message": "refused by the test"}
                said = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": one.status, "RetryAttempts": 0}}
                return SimpleNamespace(status_code=one.status, headers={}), said
        return None


class SeaweedState:
    """Be the state of a cloud to whoever puts small objects into it past the log."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def account_of(self, credential: object) -> str:
        return "123456789012"

    def backend(self, *names: str) -> SeaweedState:
        return self

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=bucket, Key=key, Body=body)

    def __getattr__(self, name: str) -> Any:
        pytest.skip(f"SeaweedFS has no cloud.state.{name}")


class SeaweedCloud:
    """Have the face of a local cloud, as far as S3 goes."""

    def __init__(self) -> None:
        self.log = CallLog()
        self.faults = Refusals()
        self.state = SeaweedState(boto3.client("s3", "us-east-1", endpoint_url=os.environ["SEAWEED_ENDPOINT"], **KEYS))

    def __getattr__(self, name: str) -> Any:
        pytest.skip(f"SeaweedFS has no cloud.{name}")

    def client(self, service: str, region: str = "us-east-1", *, account: str | None = None, **options: Any) -> Any:
        if service != "s3" or account is not None:
            pytest.skip("SeaweedFS is S3 only, of one account")
        made = boto3.client("s3", region, endpoint_url=os.environ["SEAWEED_ENDPOINT"], **KEYS, **options)
        made.meta.events.register("provide-client-params.s3", self._note)
        made.meta.events.register("before-call.s3", self._refuse)
        return made

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.log.calls.append(Call(len(self.log) + 1, "s3", model.name, "us-east-1", dict(params), "", status=200))

    def _refuse(self, model: Any, **_: Any) -> Any:
        return self.faults.answer(f"s3.{model.name}")


@contextmanager
def local(**_: Any) -> Iterator[SeaweedCloud]:
    """Yield SeaweedFS; leave it empty."""
    cloud = SeaweedCloud()
    yield cloud
    s3 = boto3.client("s3", "us-east-1", endpoint_url=os.environ["SEAWEED_ENDPOINT"], **KEYS)
    for bucket in s3.list_buckets()["Buckets"]:
        with suppress(ClientError):  # it had none
            s3.delete_bucket_policy(Bucket=bucket["Name"])
        s3.delete_bucket(Bucket=bucket["Name"])


day89.cloud.local = local  # type: ignore[assignment]
# Its answers come over the network, in real time.
plugin._clock = lambda config, running: nullcontext()
