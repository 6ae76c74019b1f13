"""Replace AWS by the local cloud for as long as a ``with`` block lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session

from day89.cloud import clients
from day89.cloud.auth import authorize, verify
from day89.cloud.controls import network_guard
from day89.cloud.controls.fast_waiters import fast_waiters
from day89.cloud.controls.faults import Fault, Faults
from day89.cloud.gateway import Gateway
from day89.cloud.instances.fleet import InstanceFleet
from day89.cloud.instances.guest_client import SupervisorClient
from day89.cloud.instances.hooks import running_instances
from day89.cloud.log import CallLog
from day89.cloud.messages.model import ADMIN, DEFAULT_REGION, Credential
from day89.cloud.moto import backend, patch_s3
from day89.cloud.moto.state import CloudState
from day89.cloud.moto.transitions import Pace, TransitionTimer
from day89.cloud.server import Endpoint, serving
from day89.errors import ToolError

__all__ = ["Cloud", "Fetched", "local"]


class Fetched(NamedTuple):
    """The response to a plain HTTP request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Cloud:
    """One local cloud: it makes clients for itself and shows what happened in it."""

    def __init__(self, state: CloudState, pace: Pace | str = "instant", faults: Iterable[Fault | str] = ()) -> None:
        """Stand on the given state."""
        self.state = state
        self.faults = Faults(faults)
        self.keeper = TransitionTimer(Pace.of(pace), state)
        self.gateway = Gateway(state, self.keeper, self.faults, (verify.judge, authorize.judge))
        self.endpoints: set[str] = set()
        self.fleet: InstanceFleet | None = None

    @property
    def log(self) -> CallLog:
        """Return every call so far, in order."""
        return self.gateway.log

    @property
    def pace(self) -> Pace:
        """Return how long passing states last; it may be set to another."""
        return self.keeper.pace

    @pace.setter
    def pace(self, pace: Pace | str) -> None:
        self.keeper.pace = Pace.of(pace)

    def reset(self) -> None:
        """Forget everything: buckets, instances, users and the log. Settings, faults and credentials stay."""
        with self.gateway.lock:
            if self.fleet is not None:
                self.keeper.end_all()
                self.fleet.reconcile()
            backend.reset()
            self.state.forget()
            self.keeper.moving.clear()
            self.keeper.shown.clear()
            self.keeper.history.clear()
            self.log.calls.clear()
            self.log.dropped = 0

    @property
    def instances(self) -> InstanceFleet:
        """Return the instances that really run.

        Raises:
            ToolError: the cloud was opened without them.
        """
        if self.fleet is None:
            raise ToolError("instances do not run in this cloud: open it with local(instances=True)")
        return self.fleet

    def anonymous(self, service: str, region: str = DEFAULT_REGION, **options: Any) -> Any:
        """Make a boto3 client that signs nothing."""
        return clients.make_client(service, None, region, **options)

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[Endpoint]:
        """Open this cloud to other processes as well, over HTTP on 127.0.0.1, by the same rules.

        Args:
            port: TCP port; 0 takes a free one.

        Yields:
            The endpoint: ``endpoint`` is its URL, ``env`` the ``AWS_*`` variables of a process that uses it.
        """
        with serving(self.gateway, port, self.reset) as server:
            self.endpoints.add(f"{server.host}:{server.port}")
            try:
                yield server
            finally:
                self.endpoints.discard(f"{server.host}:{server.port}")

    def fetch(
        self, url: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Fetched:
        """Open a URL of this cloud as a browser would, without credentials: a presigned one, or a website's.

        Args:
            url: absolute URL.
            method: HTTP method.
            body: request body.
            headers: request headers.

        Returns:
            Status, headers and body of the answer.
        """
        return Fetched(*self.gateway.handle(method, url, headers or {}, body))

    def client(self, service: str, region: str = DEFAULT_REGION, *, account: str | None = None, **options: Any) -> Any:
        """Make a boto3 client with the administrator's credentials.

        Args:
            service: boto3's name of the service.
            region: AWS region.
            account: 12 digits of another account, whose administrator makes the calls; None is the cloud's own.
            options: anything that ``boto3.client`` takes.

        Returns:
            The client.
        """
        return clients.make_client(service, self._administrator(account), region, **options)

    def _administrator(self, account: str | None) -> Credential:
        return ADMIN if account is None else self.state.administrator(account)


class _Body(BytesIO):
    """The raw body of a response: a file with the one method of urllib3 that botocore also needs."""

    def stream(self, amt: int = 65536, **_: Any) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk


@contextmanager
def local(
    *,
    seed: int | None = None,
    page_size: int | None = None,
    enforce_iam: bool = False,
    pace: Pace | str = "instant",
    instances: bool | SupervisorClient = False,
    isolation: str = "auto",
    faults: Iterable[Fault | str] = (),
) -> Iterator[Cloud]:
    """Answer every botocore client of this process from a fresh local cloud.

    Args:
        seed: makes the ids that the cloud draws repeatable.
        page_size: objects and reservations a page, at most; None is AWS's own.
        enforce_iam: judge also the administrator's calls by policies.
        instances: run the user data of launched instances; a Supervisor to share between many clouds, or True.
        isolation: of running instances: ``auto`` (a jail where one holds), ``strict`` (a jail or ToolError), ``none``.

    Yields:
        The cloud. Clients made before, inside, with or without an endpoint all talk to it; nothing else is reachable.
        A client that was made inside never reaches another host, also afterwards.

    Raises:
        ToolError: one is active already: there is one AWS a process.
    """
    if getattr(URLLib3Session.send, "day89_local_cloud", False):
        raise ToolError("a local cloud is active in this process already: close it before another is opened")
    with ExitStack() as stack:
        stack.enter_context(network_guard.environment())
        backend.reset(seed)
        stack.callback(backend.reset)
        cloud = Cloud(CloudState(page_size=page_size, enforce_iam=enforce_iam), pace, faults)
        stack.enter_context(patch.object(URLLib3Session, "send", _sender(cloud, URLLib3Session.send)))
        stack.enter_context(network_guard.clients_stay())
        stack.enter_context(network_guard.only_loopback())
        stack.enter_context(network_guard.no_crt())
        stack.enter_context(clients.shared_models())
        stack.enter_context(patch_s3.s3_mended())
        cloud.state.before_ec2 = partial(_mend_ec2, stack)
        stack.enter_context(fast_waiters(cloud.state, cloud.keeper, real_time=bool(instances)))
        if instances:
            shared = None if instances is True else instances
            cloud.fleet = stack.enter_context(running_instances(cloud, shared, isolation=isolation))
        yield cloud


def _mend_ec2(stack: ExitStack) -> None:
    from day89.cloud.moto.patch_ec2 import ec2_mended  # slow to import, and only EC2 needs it

    stack.enter_context(ec2_mended())


def _sender(cloud: Cloud, real_send: Any) -> Any:
    def send(self: URLLib3Session, request: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        if parts.netloc in cloud.endpoints:
            return real_send(self, request)  # asked for by its address: it goes the whole way, and ends at this gateway
        if _is_elsewhere(parts.hostname or "", parts.path):
            if not network_guard.is_loopback(parts.hostname or ""):
                raise EndpointConnectionError(endpoint_url=request.url, error="the local cloud reaches AWS only")
            return real_send(self, request)
        status, headers, body = cloud.gateway.handle(request.method, request.url, request.headers, request.body)
        return AWSResponse(request.url, status, HeadersDict(headers), _Body(body))  # type: ignore[arg-type]

    send.day89_local_cloud = True  # type: ignore[attr-defined]
    return send


def _is_elsewhere(host: str, path: str) -> bool:
    """Return whether a request is not for an AWS service: the metadata service, or a host that is not ours."""
    if path.startswith("/latest/"):
        return not host.endswith(".amazonaws.com")
    return not host.endswith(".amazonaws.com") and not network_guard.is_loopback(host)
