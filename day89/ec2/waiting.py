"""Wait for a state with AWS's own waiters, and say in the project's words what came instead."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import WaiterError

from day89.errors import JobFailedError, WaitTimeoutError

__all__ = ["wait_for"]


def wait_for(client: Any, waiter: str, what: str, *, timeout: float | None = None, **arguments: Any) -> None:
    """Wait with a waiter of the client.

    Args:
        client: client that has the waiter.
        waiter: its name, such as ``"instance_running"``.
        what: what is waited for, for the message.
        timeout: seconds; None is the waiter's own patience.
        arguments: of the waiter's operation.

    Raises:
        WaitTimeoutError: it did not happen in time.
        JobFailedError: it can no longer happen.
    """
    waiting = client.get_waiter(waiter)
    if timeout is not None:
        delay = waiting.config.delay
        arguments["WaiterConfig"] = {"Delay": delay, "MaxAttempts": max(1, round(timeout / delay))}
    try:
        waiting.wait(**arguments)
    except WaiterError as error:
        reason = str(error.kwargs.get("reason", error))
        if "Max attempts exceeded" in reason:
            raise WaitTimeoutError(f"{what} did not come in time ({waiter})") from error
        raise JobFailedError(f"{what} cannot come any more ({waiter}): {reason}") from error
