"""Tell apart what the checks of one run print: marks among the output of the child, and the signal that asks it."""

from __future__ import annotations

import signal

__all__ = ["CALLS_SIGNAL", "output_mark"]

# Asks the child which AWS calls the running check has made, before it is killed for taking too long.
CALLS_SIGNAL = getattr(signal, "SIGUSR2", None)


def output_mark(token: str, word: str, check: str) -> bytes:
    """Return what a child writes among its output where a check begins and ends.

    Args:
        token: drawn anew for each child, so that no submission prints it by accident.
        word: ``"begin"`` or ``"end"``.
        check: id of the check.
    """
    return f"\x1eday89 {token} {word} {check}\x1e".encode()
