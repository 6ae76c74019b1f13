"""Scale the waits of botocore's waiters and retries, as the local cloud does in its own process.

The local cloud's own room cannot be used here: it brings moto with it, which no submission's process may hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import botocore.waiter

__all__ = ["install"]

LEAST_SECONDS, POLL_SECONDS, RETRY_SCALE = 0.001, 0.05, 0.01


def install(patient: Callable[[], bool]) -> None:
    """Shorten the waits of this process, for good.

    Args:
        patient: tells whether instances really run, so that a waiter has as long as on AWS, but looks more often.
    """
    wait: Any = botocore.waiter.Waiter.wait

    def scaled_wait(self: Any, **options: Any) -> None:
        if patient():
            options["WaiterConfig"] = _same_time(self.config, options.get("WaiterConfig") or {})
        wait(self, **options)

    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, POLL_SECONDS if patient() else LEAST_SECONDS))

    botocore.waiter.Waiter.wait = scaled_wait  # type: ignore[method-assign]
    for module, sleeping in (
        (botocore.waiter, sleep),
        (botocore.endpoint, lambda seconds: sleep(seconds * RETRY_SCALE)),
    ):
        module.time = SimpleNamespace(sleep=sleeping)  # type: ignore[attr-defined]


def _same_time(config: Any, given: dict[str, Any]) -> dict[str, Any]:
    delay, attempts = given.get("Delay", config.delay), given.get("MaxAttempts", config.max_attempts)
    return {
        **given,
        "Delay": min(delay, POLL_SECONDS),
        "MaxAttempts": int(attempts * max(1.0, delay / POLL_SECONDS) * 2),
    }
