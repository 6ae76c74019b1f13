"""Scale the waits of botocore's waiters and retries in this process, with no change in the code that waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.endpoint
import botocore.waiter

__all__ = ["scaled_waits"]

RETRY_SCALE = 0.01


@contextmanager
def scaled_waits(
    sleep: Callable[[float], object], poll_seconds: float, real_time: Callable[[], bool]
) -> Iterator[None]:
    """Let waiters sleep by another function, and retries a hundredth of their time.

    Args:
        sleep: is given the seconds that a waiter would sleep, and may return sooner.
        poll_seconds: where time is real, a waiter looks again after as many seconds at the latest, as often more as
            that takes: all in all it waits at least as long as on AWS.
        real_time: tells whether what is waited for takes the time that it takes on AWS.
    """
    wait = botocore.waiter.Waiter.wait

    def patient_wait(self: Any, **options: Any) -> None:
        if real_time():
            options["WaiterConfig"] = _same_time(self.config, options.get("WaiterConfig") or {}, poll_seconds)
        wait(self, **options)

    pause = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds * RETRY_SCALE))
    with (
        patch.object(botocore.waiter, "time", SimpleNamespace(sleep=sleep)),
        patch.object(botocore.endpoint, "time", pause),
        patch.object(botocore.waiter.Waiter, "wait", patient_wait),
    ):
        yield


def _same_time(config: Any, given: dict[str, Any], poll_seconds: float) -> dict[str, Any]:
    delay, attempts = given.get("Delay", config.delay), given.get("MaxAttempts", config.max_attempts)
    more = max(1.0, delay / poll_seconds)
    return {**given, "Delay": min(delay, poll_seconds), "MaxAttempts": int(attempts * more * 2)}
