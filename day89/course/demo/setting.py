"""Say where a story plays: its clients, its clock, its patience. The local cloud is the place unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from day89.clients import make_client
from day89.cloud import Cloud, local
from day89.cloud.instances.guest_client import SupervisorClient
from day89.course.demo.trace import Trace

__all__ = ["REGION", "Setting", "local_setting"]

REGION = "us-east-1"


@dataclass
class Setting:
    """The cloud or account that a story runs on.

    Args:
        place: in words, such as ``the local cloud``.
        region: AWS region.
        trace: where calls are written down.
        poll_seconds: how often to look whether something has happened.
        patience_seconds: how long one step may take.
        cloud: the local cloud; None on AWS itself.
        on_client: called with each client that is made.
    """

    place: str
    region: str
    trace: Trace
    poll_seconds: float
    patience_seconds: float
    cloud: Cloud | None = None
    on_client: Callable[[Any], object] = lambda client: None
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return the story's client of a service; making one costs more than a call, so it is kept."""
        if service not in self._clients:
            self._clients[service] = make_client(service, self.region)
            self.on_client(self._clients[service])
        return self._clients[service]


@contextmanager
def local_setting(instances: bool | SupervisorClient = True) -> Iterator[Setting]:
    """Set a story on a fresh local cloud whose instances run.

    Args:
        instances: a Supervisor to share between stories; True takes one of its own.
    """
    with local(instances=instances) as cloud:
        trace = Trace()
        trace.listen(cloud)
        yield Setting("the local cloud: no account, no cost", REGION, trace, 0.1, 120.0, cloud)
