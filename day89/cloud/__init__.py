"""AWS on this machine (provisional: plain moto until the gateway stands)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws


class Cloud:
    def client(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(service, region_name=region)


@contextmanager
def local(**options: Any) -> Iterator[Cloud]:
    with mock_aws():
        yield Cloud()
