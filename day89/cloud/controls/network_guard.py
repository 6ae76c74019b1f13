"""Keep this process at home: no socket leaves the loopback, and nothing that the shell says about AWS is read."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3.s3.transfer
from botocore.client import ClientCreator

from day89.clients import answered_here
from day89.clients import is_loopback as is_loopback_url
from day89.cloud.messages.model import ADMIN, DEFAULT_REGION
from day89.errors import RealAccountError

__all__ = ["clients_stay", "environment", "is_loopback", "no_crt", "only_loopback"]

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": ADMIN.access_key,
    "AWS_SECRET_ACCESS_KEY": ADMIN.secret_key,
    "AWS_DEFAULT_REGION": DEFAULT_REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # Without it a client with no credentials waits for seconds on 169.254.169.254.
    "AWS_EC2_METADATA_DISABLED": "true",
    # moto would build some 1,200 images a region; day89.cloud.moto.images makes the few that the course names.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}
STRIPPED = ("AWS_", "BOTO_", "MOTO_")


@contextmanager
def environment(region: str = DEFAULT_REGION) -> Iterator[None]:
    """Replace what the shell says about AWS by the cloud's own credentials; put it back at the end."""
    before = {name: value for name, value in os.environ.items() if name.startswith(STRIPPED)}
    _swap(before, {**ENVIRONMENT, "AWS_DEFAULT_REGION": region})
    try:
        yield
    finally:
        now = {name: value for name, value in os.environ.items() if name.startswith(STRIPPED)}
        _swap(now, before)


def _swap(old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)


@contextmanager
def no_crt() -> Iterator[None]:
    """Keep boto3 from its CRT transfers, which open sockets that no guard in Python sees.

    https://github.com/boto/boto3/issues/4839
    """
    with patch.object(boto3.s3.transfer, "_should_use_crt", lambda config: False):
        yield


@contextmanager
def clients_stay() -> Iterator[None]:
    """Bind every client that is made meanwhile to this machine, also when the cloud is gone.

    Such a client has the local cloud's keys and none of a real account, so nothing that it sends can be meant for AWS.

    Raises:
        RealAccountError: when it sends a request that would leave this machine.
    """
    create = ClientCreator.create_client

    def create_client(self: Any, *args: Any, **options: Any) -> Any:
        client: Any = create(self, *args, **options)
        client.meta.events.register("before-send", _check_host)
        return client

    with patch.object(ClientCreator, "create_client", create_client):
        yield


def _check_host(request: Any, **_: Any) -> None:
    if not answered_here() and not is_loopback_url(request.url):
        raise RealAccountError(
            f"refused to send a request to {request.url.split('?')[0]}: the client was made for a local cloud that has "
            "ended; make another inside `with local()`, or with day89.clients.make_client"
        )


@contextmanager
def only_loopback() -> Iterator[None]:
    """Refuse every connection of this process that would leave the machine.

    Raises:
        RealAccountError: at the moment of the connection, in the thread that asked for it.
    """
    real = socket.socket
    with (
        patch.object(real, "connect", _guarded(real.connect), create=True),
        patch.object(real, "connect_ex", _guarded(real.connect_ex), create=True),
        patch.object(real, "sendto", _guarded(real.sendto, place=-1), create=True),
        patch.object(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo)),
    ):
        yield


def _guarded(connect: Callable[..., Any], place: int = 0) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = args[place] if args else None
        if self.family in (socket.AF_INET, socket.AF_INET6) and address and not is_loopback(str(address[0])):
            raise _refusal(str(address[0]))
        return connect(self, *args)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not is_loopback(name):
            raise _refusal(name)
        return lookup(host, *args, **options)

    return guarded


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's own."""
    if host == "localhost" or host.endswith(".localhost") or host in ("", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refusal(host: str) -> RealAccountError:
    return RealAccountError(
        f"refused to connect to {host}: while the local cloud is active this process reaches only this machine"
    )
