"""How the suite is spread over workers, and what its programs inherit."""

from __future__ import annotations

import os
import signal

import pytest


def pytest_configure() -> None:
    """Let programs be interrupted also where the suite itself runs in the background and would not be."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than there are processors: about a third of the suite's time is waiting for others."""
    return (os.cpu_count() or 1) + 1
