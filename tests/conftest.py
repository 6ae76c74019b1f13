"""How the suite is spread over workers."""

from __future__ import annotations

import os

import pytest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than there are processors: about a third of the suite's time is waiting for others."""
    return (os.cpu_count() or 1) + 1
