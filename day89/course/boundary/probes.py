"""Find out which isolation holds on this machine, by trying to break out of it and never by version numbers."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from day89.course.boundary import probe_submission
from day89.course.boundary.remote import Remote
from day89.course.boundary.spawn import Confinement, WarmProcess, bubblewrap
from day89.course.checks.learner import Gone
from day89.course.exercise.files import checks_folder, course_file
from day89.errors import Day89Error
from day89.sandbox import namespaces, seccomp
from day89.sandbox.landlock import landlock_version
from day89.sandbox.remove import remove_tree
from day89.sandbox.rlimits import ProcessLimits
from day89.sandbox.visible import private_places

__all__ = ["NAMES", "IsolationReport", "Probe", "best", "candidates", "examine", "hidden_paths"]

CANARY = "DAY89_CANARY"
PROBED_DISK = 16 << 20
RAW_SOCKETS = [[socket.AF_INET, 3, 255], [17, 3, 0], [16, 3, 0], [40, 1, 0]]  # raw, packet, netlink, vsock
# From the strongest to the weakest; the name is what a report is stamped with.
NAMES = ("bubblewrap", "namespaces", "landlock", "process")


@dataclass(frozen=True)
class Probe:
    """One attempt to break out.

    Attributes:
        what: what was tried, in words.
        held: whether it failed, as it should.
        detail: what the submission's side said.
        known: nothing prevents it in this way of isolation: it is told, and not counted.
    """

    what: str
    held: bool
    detail: str
    known: bool = False


@dataclass(frozen=True)
class IsolationReport:
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
        return not self.problem and bool(self.probes) and all(probe.held or probe.known for probe in self.probes)

    @property
    def summary(self) -> str:
        """Return one line, such as ``landlock (11 of 11 attempts to break out failed)``."""
        if self.problem:
            return f"{self.name} (not to be had: {self.problem})"
        counted = [probe.held for probe in self.probes if not probe.known]
        return f"{self.name} ({sum(counted)} of {len(counted)} attempts to break out failed)"


def hidden_paths() -> tuple[str, ...]:
    """List what a submission must not read: this package and the checkout around it, and every other copy of them."""
    package = Path(__file__).resolve().parents[2]
    places = [*private_places(package), checks_folder().resolve(), course_file("solution.py").resolve()]
    return tuple(dict.fromkeys(map(str, places)))


def candidates(limits: ProcessLimits | None = None) -> Iterator[tuple[str, Confinement]]:
    """Yield the ways of isolation that this machine may offer, the strongest first."""
    common: dict[str, Any] = {"limits": limits or ProcessLimits(), "hidden": hidden_paths()}
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
def best() -> IsolationReport:
    """Return the strongest isolation that this machine really gives; found out once a process."""
    reports = []
    for name, confinement in candidates():
        report = examine(name, confinement)
        if report.is_jail:
            return report
        reports.append(report)
    return reports[-1]


def examine(name: str, confinement: Confinement, *, thorough: bool = False) -> IsolationReport:
    """Try to break out of one way of isolation.

    Args:
        name: what to call it.
        confinement: its layers.
        thorough: search for the course in all that can be seen, which takes seconds.
    """
    probed = replace(confinement, limits=replace(confinement.limits, disk=PROBED_DISK))
    if confinement.outside == "bubblewrap" and (problem := _bubblewrap_problem()):
        return IsolationReport(name, confinement, problem=problem)
    try:
        with tempfile.TemporaryDirectory(prefix="day89-doctor-") as scratch, ExitStack() as stack:
            base = Path(scratch).resolve()
            (base / "inside").mkdir()
            stack.enter_context(patch.dict(os.environ, {CANARY: "secret"}))
            warm = WarmProcess(probed, base / "inside")
            stack.callback(warm.close)
            session = warm.session()
            stack.callback(session.close)
            return IsolationReport(name, confinement, tuple(_attempts(session, base, probed, thorough)))
    except Day89Error as error:
        return IsolationReport(name, confinement, problem=str(error))


def _bubblewrap_problem() -> str | None:
    with tempfile.TemporaryDirectory(prefix="day89-doctor-") as scratch:
        tried = subprocess.run(
            [*bubblewrap(Path(scratch), hidden_paths()), sys.executable, "-I", "-c", "pass"],
            capture_output=True,
            text=True,
            check=False,
        )
    return None if tried.returncode == 0 else " ".join(tried.stderr.split())[:200] or "it failed"


def _attempts(session: Any, base: Path, confinement: Confinement, thorough: bool) -> Iterator[Probe]:
    place, other = base / "inside" / "tried", base / "inside" / "works"
    secret = base / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    before = _metadata(secret)
    side = _side(session, place)
    with _targets(base) as (port, heard, names, stranger):
        for what, function, *arguments in (
            ("read a file of yours", "read_file", str(secret)),
            ("read the answers", "read_file", str(course_file("solution.py"))),
            ("read the checks", "list_folder", str(checks_folder())),
            ("find answers, checks or quiz anywhere", "find_course", thorough),
            ("write outside its folder", "write_file", str(base / "written.txt")),
            ("leave a link to a file of yours", "link_elsewhere", str(secret)),
            ("connect to a server on this machine", "connect", port),
            ("connect to it while sending", "connect_while_sending", port),
            ("make a UDP socket", "make_socket", [[socket.AF_INET, socket.SOCK_DGRAM]]),
            ("make a raw, packet or netlink socket", "make_socket", RAW_SOCKETS),
            ("send a datagram to a UNIX socket", "send_to_unix_socket", names),
            ("signal a process of yours", "signal_process", os.getpid()),
            ("change limits or scheduling of a process", "change_process", [stranger]),
            ("look into the memory of a process", "look_into_process", stranger),
            ("hold a power of root, raise a limit", "hold_powers"),
            ("start a process", "start_process"),
            ("take 4 GiB of memory", "take_memory", 4 << 30),
            ("see your environment", "see_environment", CANARY),
        ):
            yield _attempt(side, what, function, *arguments)
        yield Probe("be heard by one of these servers", not heard(), "")
    yield Probe("leave something outside", not (base / "written.txt").exists(), "")
    _attempt(side, "", "change_metadata", str(secret))
    yield Probe("change mode, time or owner of a file", _metadata(secret) == before, "")
    if not confinement.outside:  # told, not counted: nothing takes it away there
        seen = _attempt(side, "see that a file is there, and its size", "see_metadata", str(secret))
        yield Probe(seen.what, seen.held, seen.detail, known=True)
    yield _full_disk(side, confinement.limits.disk)
    _attempt(side, "", "leave_deep_folders")
    side.close()
    yield Probe("leave folders that cannot be removed", remove_tree(place), "")
    side = _side(session, other)
    works = _attempt(side, "", "compute")
    yield Probe("(what is allowed works)", not works.held, works.detail)
    side.close()


def _side(session: Any, folder: Path) -> Remote:
    folder.mkdir()
    side = Remote(session, Path(shutil.copy(probe_submission.__file__, folder / "exercise.py")), folder, {})
    side.patient = side.real_time = True  # an attempt that sleeps waits for somebody who looks from time to time
    return side


def _attempt(side: Remote, what: str, function: str, *arguments: Any) -> Probe:
    try:
        got = side.call(function, arguments, {})
    except Gone as error:  # it did not try, so nothing was withstood
        return Probe(what, False, str(error))
    except Exception as error:
        return Probe(what, True, f"{type(error).__name__}: {error}")
    return Probe(what, not got, f"it returned {got!r}")


def _full_disk(side: Remote, limit: int) -> Probe:
    tried = _attempt(side, "fill the disk with many files", "fill_disk", limit)
    return replace(tried, held=tried.held or "on disk" in tried.detail)


def _metadata(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_mode, found.st_mtime_ns, found.st_uid, found.st_gid, len(_attributes(path))


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError:  # the file system has none
        return []


@contextmanager
def _targets(base: Path) -> Iterator[tuple[int, Callable[[], bool], list[str], int]]:
    """Put up servers and a process; yield a port, whether one was reached, names of UNIX sockets, the process."""
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        names = [str(base / "log"), f"\0{base.name}"]
        local = [stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) for _ in names]
        for server, name in zip(local, names, strict=True):
            server.bind(name)
        servers = (tcp, udp, *local)
        waiting = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"]
        stranger = stack.enter_context(subprocess.Popen(waiting, stdin=subprocess.PIPE))  # ends with its input
        yield tcp.getsockname()[1], lambda: bool(select.select(servers, [], [], 0)[0]), names, stranger.pid
