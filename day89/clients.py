"""Make boto3 clients, and only clients that cannot reach a real account unasked.

Where a client will send a request is known for certain only when it sends it: a bucket's ARN or a profile that assumes
a role changes the host, and the local cloud may have ended meanwhile. So the host is checked then.
"""

from __future__ import annotations

import ipaddress
import os
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from day89.errors import RealAccountError

__all__ = ["REAL_ACCOUNT_VARIABLE", "answered_here", "is_loopback", "make_client"]

REAL_ACCOUNT_VARIABLE = "DAY89_REAL_ACCOUNT"
ACCOUNT_ID = re.compile(r"[0-9]{12}")
CONFIG = Config(retries={"mode": "standard"}, connect_timeout=5)
# Services that are asked who one is, before one can be told apart by one's account.
SIGN_IN = frozenset({"sts", "sso", "sso-oidc", "signin"})


def is_loopback(url: str) -> bool:
    """Return whether the host of a URL is this machine's own loopback address, to the parser that will connect too."""
    try:
        connects_to = (parse_url(url).host or "").strip("[]")
    except LocationParseError:
        return False
    host = urlsplit(url).hostname or ""
    if connects_to.lower() != host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def answered_here() -> bool:
    """Return whether a local cloud is active in this process: then it answers every request, whatever its host."""
    # It marks the function that it puts in the place of botocore's own: no variable can pretend to be it.
    return bool(getattr(URLLib3Session.send, "day89_local_cloud", False))


def make_client(service: str, region: str | None = None, *, endpoint_url: str | None = None) -> Any:
    """Make a boto3 client that talks to the local cloud, or to a real account only where the user said so.

    Args:
        service: AWS service name, such as ``"s3"``.
        region: AWS region; None takes it from the environment.
        endpoint_url: endpoint to use; None takes ``AWS_ENDPOINT_URL_<SERVICE>`` or ``AWS_ENDPOINT_URL``.

    Returns:
        A boto3 client. Requests are answered by ``day89.cloud.local()`` where it is active, else by the endpoint. A
        request that would reach real AWS, of this client or of one that fetches its credentials, raises
        RealAccountError unless ``DAY89_REAL_ACCOUNT`` is the account of whoever calls.

    Raises:
        RealAccountError: the client would reach real AWS and ``DAY89_REAL_ACCOUNT`` is not an account id.
    """
    suffix = service.upper().replace("-", "_")
    endpoint = endpoint_url or os.environ.get(f"AWS_ENDPOINT_URL_{suffix}") or os.environ.get("AWS_ENDPOINT_URL")
    here = endpoint is not None and is_loopback(endpoint)
    if not here and not answered_here() and _open_account() is None:
        raise _refusal(f"make a client for {service} at {endpoint or 'real AWS'}")
    # A proxy would be asked to connect, from wherever it stands.
    config = CONFIG.merge(Config(proxies={})) if here else CONFIG
    return _session(_environment()).client(service, region_name=region, endpoint_url=endpoint, config=config)


class _Gate:
    """The check of every request of one session's clients, also of those that fetch its credentials."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._account: str | None = None

    def __call__(self, request: Any, event_name: str, **_: Any) -> None:
        """Let a request pass, or refuse it.

        Raises:
            RealAccountError: it would leave this machine without the user's word, or with another account.
        """
        if answered_here() or is_loopback(request.url):
            return
        wanted = _open_account()
        host = urlsplit(request.url).hostname
        if wanted is None:
            raise _refusal(f"send a request to {host}")
        if event_name.split(".")[1] in SIGN_IN:
            return
        if self._account is None:
            self._account = str(self._sts().get_caller_identity()["Account"])
        if self._account != wanted:
            raise RealAccountError(
                f"refused to send a request to {host}: the credentials belong to account {self._account}, and "
                f"{REAL_ACCOUNT_VARIABLE} names {wanted}"
            )

    def _sts(self) -> Any:
        return self._session.client("sts", region_name=self._session.region_name or "us-east-1", config=CONFIG)


@lru_cache(maxsize=8)
def _session(environment: tuple[tuple[str, str], ...]) -> Any:
    """Return the session of an environment; its clients are guarded, those of ``boto3.client`` are the user's own."""
    session: Any = boto3.Session()  # its stubs know each service by its literal name
    session.events.register("before-send", _Gate(session))
    return session


def _environment() -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_") or name == "HOME")
    )


def _open_account() -> str | None:
    account = os.environ.get(REAL_ACCOUNT_VARIABLE, "")
    return account if ACCOUNT_ID.fullmatch(account) else None


def _refusal(act: str) -> RealAccountError:
    said = os.environ.get(REAL_ACCOUNT_VARIABLE)
    why = f"; {REAL_ACCOUNT_VARIABLE} is {said!r}, which is no account id" if said else ""
    return RealAccountError(
        f"refused to {act}{why}: start the local cloud with `day89 cloud`, or set {REAL_ACCOUNT_VARIABLE} to your "
        "account id of 12 digits if you mean a real account"
    )
