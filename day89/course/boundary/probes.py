"""Find out which isolation holds on this machine, by trying to break out of it and never by version numbers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from day89.course.boundary import probe_submission
from day89.course.boundary.remote import Remote
from day89.course.boundary.spawn import Confinement, Warm, bubblewrap
from day89.course.checks.learner import Gone
from day89.course.exercise.files import checks_folder, course_file
from day89.errors import Day89Error
from day89.sandbox import namespaces, seccomp
from day89.sandbox.landlock import landlock_version
from day89.sandbox.rlimits import Limits
from day89.sandbox.visible import private_places

__all__ = ["NAMES", "Probe", "Report", "best", "candidates", "examine", "hidden_paths"]

CANARY = "DAY89_CANARY"
# From the strongest to the weakest; the name is what a report is stamped with.
NAMES = ("bubblewrap", "namespaces", "landlock", "process")


@dataclass(frozen=True)
class Probe:
    """One attempt to break out.

    Attributes:
        what: what was tried, in words.
        held: whether it failed, as it should.
        detail: what the submission's side said.
    """

    what: str
    held: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """The attempts that one way of isolation withstood, and those that it did not.

    Attributes:
        name: one of ``NAMES``.
        confinement: the layers.
        probes: the attempts; empty where it could not be started.
        problem: why it could not be started, or None.
    """

    name: str
    confinement: Confinement
    probes: tuple[Probe, ...] = ()
    problem: str | None = None

    @property
    def is_jail(self) -> bool:
        """Return whether every attempt failed: only then is this machine safe from the submissions."""
        return not self.problem and bool(self.probes) and all(probe.held for probe in self.probes)

    @property
    def summary(self) -> str:
        """Return one line, such as ``landlock (11 of 11 attempts to break out failed)``."""
        if self.problem:
            return f"{self.name} (not to be had: {self.problem})"
        held = sum(probe.held for probe in self.probes)
        return f"{self.name} ({held} of {len(self.probes)} attempts to break out failed)"


def hidden_paths() -> tuple[str, ...]:
    """List what a submission must not read: this package and the checkout around it, and every other copy of them."""
    package = Path(__file__).resolve().parents[2]
    places = [*private_places(package), checks_folder().resolve(), course_file("solution.py").resolve()]
    return tuple(dict.fromkeys(map(str, places)))


def candidates(limits: Limits | None = None) -> Iterator[tuple[str, Confinement]]:
    """Yield the ways of isolation that this machine may offer, the strongest first."""
    common: dict[str, Any] = {"limits": limits or Limits(), "hidden": hidden_paths()}
    layers = ["rlimits"] if sys.platform == "linux" else []
    inner = (["landlock"] if landlock_version() else []) + (["seccomp"] if seccomp.available() else []) + layers
    if shutil.which("bwrap"):
        yield "bubblewrap", Confinement(layers=tuple(inner), outside="bubblewrap", **common)
    if layers and namespaces.supported() and seccomp.available():
        yield "namespaces", Confinement(layers=tuple(inner), outside="namespaces", **common)
    if len(inner) == 3:
        yield "landlock", Confinement(layers=tuple(inner), **common)
    yield "process", Confinement(layers=tuple(layers), **common)


@cache
def best() -> Report:
    """Return the strongest isolation that this machine really gives; found out once a process."""
    reports = []
    for name, confinement in candidates():
        report = examine(name, confinement)
        if report.is_jail:
            return report
        reports.append(report)
    return reports[-1]


def examine(name: str, confinement: Confinement) -> Report:
    """Try to break out of one way of isolation.

    Args:
        name: what to call it.
        confinement: its layers.
    """
    if confinement.outside == "bubblewrap" and (problem := _bubblewrap_problem()):
        return Report(name, confinement, problem=problem)
    try:
        with tempfile.TemporaryDirectory(prefix="day89-doctor-") as scratch, ExitStack() as stack:
            base = Path(scratch).resolve()
            (base / "inside").mkdir()
            stack.enter_context(patch.dict(os.environ, {CANARY: "secret"}))
            warm = Warm(confinement, base / "inside")
            stack.callback(warm.close)
            session = warm.session()
            stack.callback(session.close)
            return Report(name, confinement, tuple(_attempts(session, base, confinement)))
    except Day89Error as error:
        return Report(name, confinement, problem=str(error))


def _bubblewrap_problem() -> str | None:
    with tempfile.TemporaryDirectory(prefix="day89-doctor-") as scratch:
        tried = subprocess.run(
            [*bubblewrap(Path(scratch), hidden_paths()), sys.executable, "-I", "-c", "pass"],
            capture_output=True,
            text=True,
            check=False,
        )
    return None if tried.returncode == 0 else " ".join(tried.stderr.split())[:200] or "it failed"


def _attempts(session: Any, base: Path, confinement: Confinement) -> Iterator[Probe]:
    inside = base / "inside"
    copy = Path(shutil.copy(probe_submission.__file__, inside / "exercise.py"))
    (base / "secret.txt").write_text("secret", encoding="utf-8")
    side = Remote(session, copy, inside, {})
    with _listener() as (port, heard):
        for what, function, argument in (
            ("read a file of yours", "read_file", str(base / "secret.txt")),
            ("read the answers", "read_file", str(course_file("solution.py"))),
            ("read the checks", "list_folder", str(checks_folder())),
            ("write outside its folder", "write_file", str(base / "written.txt")),
            ("leave a link to a file of yours", "link_elsewhere", str(base / "secret.txt")),
            ("connect to a server on this machine", "connect", port),
            ("signal a process of yours", "signal_process", os.getpid()),
            ("start a process", "start_process", None),
            ("take 4 GiB of memory", "take_memory", 4 << 30),
            ("see your environment", "see_environment", CANARY),
        ):
            yield _attempt(side, what, function, () if argument is None else (argument,))
        yield Probe("be heard by that server", not heard(), "")
    yield Probe("leave something outside", not (base / "written.txt").exists(), "")
    side.close()
    side = Remote(session, copy, inside, {})
    works = _attempt(side, "", "compute", ())
    yield Probe("(what is allowed works)", not works.held, works.detail)
    side.close()


def _attempt(side: Remote, what: str, function: str, arguments: tuple[Any, ...]) -> Probe:
    try:
        got = side.call(function, arguments, {})
    except Gone as error:  # it did not try, so nothing was withstood
        return Probe(what, False, str(error))
    except Exception as error:
        return Probe(what, True, f"{type(error).__name__}: {error}")
    return Probe(what, not got, f"it returned {got!r}")


@contextmanager
def _listener() -> Iterator[tuple[int, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)

        def heard() -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield server.getsockname()[1], heard
