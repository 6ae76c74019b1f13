"""The limits of a run: seconds charged to a submission, and the wall clock behind them."""

from __future__ import annotations

__all__ = ["CHECK_LIMIT", "PATIENCE", "WALL", "hurried"]

CHECK_LIMIT = 10.0
WALL = 30.0  # times a limit that may pass by the clock on the wall, where others hold the processors
PATIENCE = 2  # checks of a task that may take all of their time in vain; the others are hurried
SHARE, LEAST = 0.2, 2.0


def hurried(seconds: float) -> float:
    """Return what is left of a check's limit where other checks of its task have taken theirs in vain."""
    return min(seconds, max(LEAST, SHARE * seconds))
