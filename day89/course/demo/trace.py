"""Write down every call with its time and its caller, on the local cloud and on AWS itself."""

from __future__ import annotations

import re
import time
from typing import Any

from day89.cloud import Call, Cloud
from day89.course.demo.record import Traced

__all__ = ["HERE", "Trace", "actor_of"]

HERE = "this machine"
INSTANCE_SESSION = re.compile(r"arn:[\w-]+:sts::\d+:assumed-role/[^/]+/(i-[0-9a-f]+)")


def actor_of(principal: str) -> str:
    """Return who made a call: the id of an instance, which is the name of its role's session, or this machine."""
    found = INSTANCE_SESSION.fullmatch(principal)
    return found[1] if found else HERE


class Trace:
    """The calls of a story, in the order in which they ended."""

    def __init__(self) -> None:
        """Start the clock."""
        self.calls: list[Traced] = []
        self._start = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self._start

    def listen(self, cloud: Cloud) -> None:
        """Be told of every call that reaches a local cloud, also by instances."""
        cloud.gateway.listener = self._take

    def hook(self, client: Any) -> None:
        """Be told of every call of one client; what instances call is not seen here.

        See https://docs.aws.amazon.com/boto3/latest/guide/events.html
        """
        client.meta.events.register("before-parameter-build", _remember)
        client.meta.events.register("after-call", self._after)

    def _take(self, call: Call) -> None:
        self.calls.append(Traced(max(0.0, self.now() - call.seconds), actor_of(call.principal), call))

    def _after(self, http_response: Any, parsed: Any, model: Any, context: Any, **_: Any) -> None:
        began, params = context.pop("day89", (time.monotonic(), {}))
        call = Call(
            number=len(self.calls) + 1,
            service=str(model.service_model.service_name),
            operation=model.name,
            region=context.get("client_region", ""),
            params=params,
            account="",
            status=http_response.status_code,
            error_code=parsed.get("Error", {}).get("Code") if http_response.status_code >= 300 else None,
            seconds=time.monotonic() - began,
        )
        self._take(call)


def _remember(params: Any, context: Any, **_: Any) -> None:
    context["day89"] = (time.monotonic(), {name: value for name, value in params.items() if name != "Body"})
