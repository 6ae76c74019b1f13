"""Let waiters poll at the speed of this machine, with no change in the code that waits."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from day89.botocore_waits import scaled_waits
from day89.cloud.moto.state import CloudState
from day89.cloud.moto.transitions import TransitionTimer

__all__ = ["fast_waiters"]

POLL_SECONDS = 0.25
LEAST_SECONDS = 0.001


def fast_waiters(state: CloudState, keeper: TransitionTimer, real_time: bool) -> AbstractContextManager[None]:
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

    return scaled_waits(sleep, POLL_SECONDS, lambda: real_time)
