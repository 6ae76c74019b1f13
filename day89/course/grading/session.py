"""Collect the checks once and run each job in a fork that finds them collected.

pytest's own start (its plugins, the files of checks, their fixtures) costs as much as the checks of one task. So the
warm server is itself inside a pytest session: its loop over the checks waits for jobs, and forks a child for each, in
which the loop goes on with the checks that the job asks for.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import pytest

from day89.cloud.instances.guest_client import ForkServer
from day89.course.grading import plugin, reporter

__all__ = ["Forks", "serve"]

Stamp = tuple[tuple[str, int, int], ...]


class Forks(Protocol):
    """What forks a child for each job, waits for it, and ends what it leaves behind, but for some processes."""

    events: int
    session: Any
    spare: set[int]

    def fork(self) -> bool:
        """Return True in the child; in the server return False, once the child has ended."""


def serve(jobs: Iterator[dict[str, Any]], forks: Forks) -> None:
    """Serve jobs until there are no more; in a child, return when its job is done.

    Args:
        jobs: see ``day89.course.grading.reporter.run_job``.
        forks: forks a child for each.
    """
    for first in jobs:
        job: dict[str, Any] | None = first
        while job is not None:
            holder = _Holder(chain([job], jobs), forks)
            pytest.main(reporter.arguments(job), plugins=[holder])
            if holder.reporter is not None:
                holder.reporter.send("done")
                return
            _forget(Path(job["checks"]))
            if holder.begun:
                if holder.left is None and not holder.ended:
                    raise RuntimeError("the session that holds the checks broke")
                job = holder.left
                continue
            # The checks cannot be collected: a child finds that out again, and has it reported.
            if forks.fork():
                reporter.run_job(job, forks.events, forks.session)
                return
            job = None


class _Holder:
    """The plugin of a collected session, which keeps it open for as long as jobs ask for its checks."""

    def __init__(self, jobs: Iterator[dict[str, Any]], forks: Forks) -> None:
        self.jobs = jobs
        self.forks = forks
        self.begun = self.ended = False
        self.left: dict[str, Any] | None = None
        self.reporter: reporter.Reporter | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Fork a child for each job; in the child go on to pytest's own loop."""
        self._keep_libraries(session)
        gc.freeze()
        self.begun, held = True, None
        for job in self.jobs:
            asked = job["checks"], _stamp(job["checks"])
            held = held or (*asked, reporter.exercises(job))
            if asked != held[:2] or not reporter.exercises(job) <= held[2]:
                self.left = job
                return True
            if self.forks.fork():
                return self._begin(session, job)
        self.ended = True
        return True

    def _keep_libraries(self, session: pytest.Session) -> None:
        """Where checks launch instances, load what those need once, and not again for each job."""
        markers = [item.get_closest_marker("cloud") for item in session.items]
        if any(marker is not None and marker.kwargs.get("instances") for marker in markers):
            session.config.stash[plugin.FORK_SERVER] = server = ForkServer()
            session.config.add_cleanup(server.close)
            self.forks.spare.add(server.process.pid)

    def _begin(self, session: pytest.Session, job: dict[str, Any]) -> bool | None:
        config = session.config
        reporter.prepare(job)
        config.option.submission, config.stash[plugin.SEED] = job["submission"], job["seed"]
        # No folder is shared with the submissions before: what one of them left there is not ours to clear up.
        config._tmp_path_factory._given_basetemp = reporter.scratch(job)  # type: ignore[attr-defined]
        self.reporter = reporter.Reporter(self.forks.events, job, self.forks.session)
        config.pluginmanager.register(self.reporter)
        self.reporter.pytest_collection_modifyitems(session.items)
        return self.reporter.pytest_runtestloop(session)


def _stamp(checks: str) -> Stamp:
    """Return what changes when a file of checks does."""
    try:
        found = [(entry.name, entry.stat()) for entry in os.scandir(checks) if entry.name.endswith(".py")]
    except OSError:  # gone: collecting it anew says so
        return ()
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def _forget(checks: Path) -> None:
    """Forget the modules of a folder of checks: another one has files of the same names."""
    folder = str(checks.resolve())
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).parent == checks.resolve():
            del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if entry not in (folder, str(checks))]
