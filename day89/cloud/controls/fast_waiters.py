"""Let waiters poll at the speed of this machine, with no change in the code that waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.endpoint
import botocore.waiter

from day89.cloud.moto.state import CloudState
from day89.cloud.moto.transitions import TransitionTimer

__all__ = ["fast_waiters"]

POLL_SECONDS = 0.25
RETRY_SCALE = 0.01
LEAST_SECONDS = 0.001


@contextmanager
def fast_waiters(state: CloudState, keeper: TransitionTimer, real_time: bool) -> Iterator[None]:
    """Scale the delays of waiters and retries.

    Where nothing in the cloud changes by itself, a waiter's delay is next to nothing. Where instances really run
    (``real_time``), a waiter has as long as on AWS, but looks again as soon as something has changed.

    Args:
        state: whose ``changed`` wakes a sleeping waiter.
        keeper: knows how long passing states last.
        real_time: whether processes run in this cloud.
    """

    def sleep(seconds: float) -> None:
        if real_time:
            with state.changed:
                state.changed.wait(min(seconds, POLL_SECONDS))
        else:
            lasting = keeper.pace.milliseconds / 1000
            time.sleep(min(seconds, max(lasting / 10, LEAST_SECONDS)))

    wait = botocore.waiter.Waiter.wait

    def patient_wait(self: Any, **options: Any) -> None:
        if real_time:
            options["WaiterConfig"] = _same_time(self.config, options.get("WaiterConfig") or {})
        wait(self, **options)

    with (
        patch.object(botocore.waiter, "time", SimpleNamespace(sleep=sleep)),
        patch.object(
            botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds * RETRY_SCALE))
        ),
        patch.object(botocore.waiter.Waiter, "wait", patient_wait),
    ):
        yield


def _same_time(config: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Give a waiter that wakes more often as many more attempts: all in all it waits at least as long."""
    delay, attempts = given.get("Delay", config.delay), given.get("MaxAttempts", config.max_attempts)
    more = max(1.0, delay / POLL_SECONDS)
    return {**given, "Delay": min(delay, POLL_SECONDS), "MaxAttempts": int(attempts * more * 2)}
