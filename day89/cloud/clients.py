"""Make botocore cheap to start: read service models from disk once a process, not once a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
import botocore.loaders
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config

from day89.cloud.messages.model import DEFAULT_REGION, Credential

__all__ = ["documentation_of", "make_client", "regions", "shared_models"]


class _Paths(list[str]):
    # Each boto3 session adds its own folder to the loader that it gets; here they all get the same one.
    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


@cache
def _loader() -> Any:
    loader: Any = botocore.loaders.create_loader()
    loader._search_paths = _Paths(loader.search_paths)
    return loader


@cache
def _session() -> boto3.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", _loader())
    # Nothing of the shell: every client is made with its credentials and its region.
    session.set_config_variable("profile", None)
    return boto3.Session(botocore_session=session)


def make_client(service: str, credential: Credential | None, region: str = DEFAULT_REGION, **options: Any) -> Any:
    """Make a boto3 client with credentials of the local cloud.

    Args:
        service: boto3's name of the service.
        credential: whose calls these are; None signs nothing.
        region: AWS region.
        options: anything that ``boto3.client`` takes.

    Returns:
        The client.
    """
    session: Any = _session()
    if credential is None:
        options["config"] = Config(signature_version=UNSIGNED).merge(options.get("config") or Config())
        return session.client(service, region_name=region, **options)
    return session.client(service, region_name=region, **_keys(credential), **options)


def _keys(credential: Credential) -> dict[str, Any]:
    return {
        "aws_access_key_id": credential.access_key,
        "aws_secret_access_key": credential.secret_key,
        "aws_session_token": credential.token,
    }


@contextmanager
def shared_models() -> Iterator[None]:
    """Let every session that is made meanwhile share one loader, and start ``boto3.client`` with a fresh session."""
    create = botocore.session.create_loader

    def create_shared(search_path_string: str | None = None) -> Any:
        return create(search_path_string) if search_path_string else _loader()

    with patch.object(botocore.session, "create_loader", create_shared), patch.object(boto3, "DEFAULT_SESSION", None):
        yield


def documentation_of(service: str, operation: str, member: str) -> str:
    """Return what botocore's copy of the AWS documentation says about one parameter.

    Args:
        service: boto3's name of the service.
        operation: such as ``DescribeInstances``.
        member: name of the parameter.

    Returns:
        HTML, or nothing.
    """
    model = _loader().load_service_model(service, "service-2")
    shape = model["operations"].get(operation, {}).get("input", {}).get("shape")
    members = model["shapes"].get(shape, {}).get("members", {})
    return str(members.get(member, {}).get("documentation", ""))


@cache
def regions() -> frozenset[str]:
    """Return the names of AWS's regions, as botocore knows them."""
    session = _session()
    partitions = session.get_available_partitions()
    return frozenset(name for part in partitions for name in session.get_available_regions("s3", part))
