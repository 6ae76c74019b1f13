"""Call the kernel where Python has no function for it."""

from __future__ import annotations

import ctypes
import os
from functools import cache

__all__ = ["checked", "libc", "pidfd_getfd", "prctl"]

PIDFD_GETFD = 438


@cache
def libc() -> ctypes.CDLL:
    """Return the C library, whose ``syscall`` takes any call by its number."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Return the result of a call, or raise the error that it left.

    Args:
        result: what the call returned.
        what: words for the error, such as ``"create a ruleset"``.

    Raises:
        OSError: the result is negative.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot {what}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int) -> int:
    """Set something of this process; negative where the kernel refuses."""
    return int(libc().prctl(option, value, 0, 0, 0))


def pidfd_getfd(process: int, descriptor: int) -> int:
    """Return a copy of another process's descriptor.

    Args:
        process: what ``os.pidfd_open`` returned.
        descriptor: its number there.

    Raises:
        OSError: it is none, or that process is not ours to look into.
    """
    return checked(libc().syscall(PIDFD_GETFD, process, ctypes.c_int(descriptor), 0), "copy a descriptor")
