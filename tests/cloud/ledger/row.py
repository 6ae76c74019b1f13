"""Say what a row of the ledger is, and how its probe is run against an AWS."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import boto3
import requests
from botocore.exceptions import ClientError
from moto import mock_aws

import day89.cloud

OTHER_ACCOUNT = "999999999999"
IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
DOCS = "https://docs.aws.amazon.com/"


@dataclass(frozen=True)
class Row:
    """Hold one probe: what it does, what AWS answers and where AWS says so, what plain moto answers."""

    name: str
    probe: Callable[[Any], str]
    aws: str
    moto: str
    source: str
    asked: str = ""  # the day on which a public test recorded AWS's answer; empty: the documentation was read

    @property
    def service(self) -> str:
        """Return the part before the first dot of the name."""
        return self.name.split(":")[0]


class Aws:
    """Be some AWS: plain moto or the local cloud."""

    def __init__(self, cloud: day89.cloud.Cloud | None) -> None:
        self.cloud = cloud

    def client(self, service: str, region: str = "us-east-1", **options: Any) -> Any:
        if self.cloud is not None:
            return self.cloud.client(service, region, **options)
        return boto3.client(service, region_name=region, **options)

    def fetch(self, url: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        if self.cloud is not None:
            return self.cloud.fetch(url, method, body, headers)
        answer = requests.request(method, url, data=body, headers=headers or {})
        answer.status = answer.status_code  # type: ignore[attr-defined]
        return answer

    @contextmanager
    def other(self, service: str = "s3") -> Iterator[Any]:
        """Yield a client of another account."""
        if self.cloud is not None:
            yield self.cloud.client(service, account=OTHER_ACCOUNT)
        else:
            with patch.dict(os.environ, {"MOTO_ACCOUNT_ID": OTHER_ACCOUNT}):
                yield boto3.client(service, region_name="us-east-1")

    # Things that most probes need.

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @property
    def ec2(self) -> Any:
        return self.client("ec2")

    def bucket(self, name: str = "probe-bucket") -> Any:
        client = self.s3
        client.create_bucket(Bucket=name)
        return client

    def image(self, region: str = "us-east-1") -> str:
        return str(self.client("ssm", region).get_parameter(Name=IMAGE_PARAMETER)["Parameter"]["Value"])

    def launch(self, **options: Any) -> list[str]:
        given = {"ImageId": self.image(), "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", **options}
        return [one["InstanceId"] for one in self.ec2.run_instances(**given)["Instances"]]

    def instance(self, instance_id: str) -> dict[str, Any]:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])
        return dict(found["Reservations"][0]["Instances"][0])


def outcome(call: Callable[..., Any], **options: Any) -> str:
    """Return ``OK``, or the error code of a call with its HTTP status where that says more."""
    try:
        call(**options)
    except ClientError as error:
        return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
    except Exception as error:  # plain moto breaks in the middle of some calls
        return type(error).__name__
    return "OK"


@contextmanager
def plain_moto() -> Iterator[Aws]:
    """Open plain moto, as ``mock_aws`` gives it."""
    variables = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    with patch.dict(os.environ, variables), mock_aws():
        yield Aws(None)


@contextmanager
def local_cloud() -> Iterator[Aws]:
    """Open the local cloud, with its pace set so that states pass after one look."""
    with day89.cloud.local(pace=day89.cloud.Pace(looks=1)) as cloud:
        yield Aws(cloud)
