"""Make boto3 clients, and only clients that cannot reach a real account unasked."""

from __future__ import annotations

import ipaddress
import os
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.httpsession import URLLib3Session

from day89.errors import RealAccountError

__all__ = ["REAL_ACCOUNT_VARIABLE", "is_loopback", "make_client"]

REAL_ACCOUNT_VARIABLE = "DAY89_REAL_ACCOUNT"
CONFIG = Config(retries={"mode": "standard"}, connect_timeout=5)


def is_loopback(url: str) -> bool:
    """Return whether the host of a URL is this machine's own loopback address."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def make_client(service: str, region: str | None = None, *, endpoint_url: str | None = None) -> Any:
    """Make a boto3 client that talks to the local cloud, or to a real account only where the user said so.

    Args:
        service: AWS service name, such as ``"s3"``.
        region: AWS region; None takes it from the environment.
        endpoint_url: endpoint to use; None takes ``AWS_ENDPOINT_URL_<SERVICE>`` or ``AWS_ENDPOINT_URL``.

    Returns:
        A boto3 client. Requests are answered by ``day89.cloud.local()`` where it is active, else by the endpoint.

    Raises:
        RealAccountError: the client would reach real AWS and ``DAY89_REAL_ACCOUNT`` does not name an account.
    """
    suffix = service.upper().replace("-", "_")
    endpoint = endpoint_url or os.environ.get(f"AWS_ENDPOINT_URL_{suffix}") or os.environ.get("AWS_ENDPOINT_URL")
    if not _stays_here(endpoint) and not os.environ.get(REAL_ACCOUNT_VARIABLE):
        raise RealAccountError(
            f"refused to make a client for {service} at {endpoint or 'real AWS'}: start the local cloud with "
            f"`day89 cloud`, or set {REAL_ACCOUNT_VARIABLE} to your account id if you mean a real account"
        )
    client: Any = boto3.client  # its stubs know each service by its literal name
    return client(service, region_name=region, endpoint_url=endpoint, config=CONFIG)


def _stays_here(endpoint: str | None) -> bool:
    # The local cloud marks the function that it puts in the place of botocore's own: no variable can pretend to be it.
    if getattr(URLLib3Session.send, "day89_local_cloud", False):
        return True
    return endpoint is not None and is_loopback(endpoint)
