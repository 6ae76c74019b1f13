"""Define what an API call and an error are: the plain data that every part of the cloud passes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

__all__ = ["ADMIN", "DEFAULT_ACCOUNT", "DEFAULT_REGION", "ApiCall", "AwsError", "Credential"]

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Credential:
    """An access key that the cloud itself issued; the secret is valid nowhere else."""

    access_key: str
    secret_key: str
    account: str = DEFAULT_ACCOUNT
    token: str | None = None
    arn: str = ""


ADMIN = Credential(
    "AKIADAY89LOCALCLOUD1", "local-cloud-only-opens-nothing-on-aws", arn=f"arn:aws:iam::{DEFAULT_ACCOUNT}:root"
)


@dataclass(frozen=True)
class AwsError:
    """An error as AWS reports it: code, message, HTTP status.

    Args:
        code: AWS error code, such as ``NoSuchKey``.
        message: what AWS says, in its words where they are known.
        status: HTTP status.
        fields: further elements of the error document, such as ``BucketName``.
        headers: further headers of the answer.
    """

    code: str
    message: str
    status: int = 400
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ApiCall:
    """One request, as received and as parsed.

    ``method``, ``url`` and ``headers`` are as received (``url`` absolute, query and percent-encoding untouched), which
    is what a signature covers; ``body`` has its aws-chunked framing removed. ``params`` are the parameters of the
    operation under their names in the AWS API reference, as boto3 would take them.
    """

    service: str  # boto3's name: "s3", "ec2", "iam", ...
    operation: str  # "PutObject", "RunInstances", ...
    region: str
    account: str
    params: dict[str, Any]
    method: str
    url: str
    headers: Mapping[str, str]  # case-insensitive
    body: bytes
    access_key: str | None = None  # None: an anonymous request
    session_token: str | None = None
    presigned: bool = False  # the signature is in the query
    secure: bool = True  # TLS on AWS: the loopback endpoint stands for the TLS endpoint
    principal: str = ""  # ARN of the caller, filled in once the signature is known to be right
    source_ip: str = "127.0.0.1"
    number: int = 0  # place in the call log, from 1

    @property
    def action(self) -> str:
        """Return the service and operation as one name, such as ``s3.PutObject``."""
        return f"{self.service}.{self.operation}"

    @property
    def host(self) -> str:
        """Return the host that the request was sent to, with its port, as the signature covers it."""
        return self.headers.get("Host") or urlsplit(self.url).netloc
