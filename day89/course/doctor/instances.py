"""Find out how well the scripts of instances are confined on this machine: by a script that tries to break out."""

from __future__ import annotations

import base64
import gzip
import os
import select
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from day89.cloud import local
from day89.cloud.instances.guest_client import JAILS, SupervisorClient
from day89.course.doctor import instance_script
from day89.course.exercise.files import checks_folder, course_file
from day89.errors import Day89Error

__all__ = ["Attempt", "InstanceReport", "examine_instances"]

CANARY = "DAY89_INSTANCE_CANARY"
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ALLOWED = "(what is allowed works)"
SECONDS = 60


@dataclass(frozen=True)
class Attempt:
    """One attempt to break out.

    Attributes:
        what: what was tried, in words.
        held: whether it failed, as it should.
        detail: what the script said.
    """

    what: str
    held: bool
    detail: str


@dataclass(frozen=True)
class InstanceReport:
    """The attempts that the isolation of instances withstood, and those that it did not.

    Attributes:
        name: the jail that is in force.
        attempts: what was tried.
        problem: why nothing could be tried, or None.
    """

    name: str
    attempts: tuple[Attempt, ...] = ()
    problem: str | None = None

    @property
    def is_jail(self) -> bool:
        """Return whether every attempt failed."""
        return not self.problem and bool(self.attempts) and all(one.held for one in self.attempts)

    @property
    def summary(self) -> str:
        """Return one line, such as ``instances: namespaces (24 of 24 attempts to break out failed)``."""
        if self.problem:
            return f"instances: {self.name} (not to be had: {self.problem})"
        held = sum(one.held for one in self.attempts)
        return f"instances: {self.name} ({held} of {len(self.attempts)} attempts to break out failed)"


def examine_instances(jails: tuple[str, ...] = JAILS) -> InstanceReport:
    """Launch an instance whose script tries to break out.

    Args:
        jails: the jails to choose from; the strongest that holds is examined.
    """
    name = "none"
    try:
        with ExitStack() as stack:
            base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="day89-doctor-"))).resolve()
            stack.enter_context(patch.dict(os.environ, {CANARY: "secret-canary"}))
            targets, heard = stack.enter_context(_targets(base))
            supervisor = SupervisorClient(warm=False, jails=jails)
            stack.callback(supervisor.close)
            name = supervisor.wait_ready() or name
            printed = _run(supervisor, _script(targets))
            attempts = [*_read(printed), Attempt("be heard by one of your servers", not heard(), "")]
            attempts.append(Attempt("leave something outside", not (base / "written.txt").exists(), ""))
            return InstanceReport(name, tuple(attempts))
    except (Day89Error, OSError) as error:
        return InstanceReport(name, problem=str(error))


def _script(targets: dict[str, Any]) -> str:
    source = Path(instance_script.__file__).read_text(encoding="utf-8")
    source = source.replace("TARGETS: dict[str, object] = {}", f"TARGETS: dict[str, object] = {targets!r}", 1)
    packed = base64.b64encode(gzip.compress(source.encode())).decode()  # user data has at most 16 KiB
    run = 'exec "$DAY89_PYTHON" -I -S "$TMPDIR/probe.py"'
    return f'#!/bin/bash\nbase64 -d <<< {packed} | gunzip > "$TMPDIR/probe.py"\n{run}\n'


def _run(supervisor: SupervisorClient, script: str) -> str:
    with local(instances=supervisor) as cloud:
        image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
        wanted = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "UserData": script}
        cloud.client("ec2").run_instances(**wanted)
        cloud.instances.wait_idle(SECONDS)
        return next(iter(cloud.instances)).console()


def _read(printed: str) -> Iterator[Attempt]:
    """Yield what became of each attempt; one that the script did not survive is one that was held."""
    said = dict(line.partition(": ")[::2] for line in printed.splitlines() if ": " in line)
    for name, _ in instance_script.ATTEMPTS:
        got = said.get(name, "nothing: the script came to an end before")
        alright = (got == "got it") == (name == ALLOWED) and (name in said)
        yield Attempt(name, alright, got)


@contextmanager
def _targets(base: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Put up what the script is to aim at; yield it, and what says whether a server was reached."""
    (base / "secret.txt").write_text("secret", encoding="utf-8")
    (base / "secret.txt").chmod(0o644)
    abstract = f"\0{base.name}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as in_folder,
        socket.socket(socket.AF_UNIX) as in_abstract,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract_log,
    ):
        log.bind(str(base / "log"))
        abstract_log.bind(f"{abstract}-log")
        in_folder.bind(str(base / "socket"))
        in_abstract.bind(abstract)
        servers = (tcp, in_folder, in_abstract)
        for server in servers:
            server.listen()
            server.setblocking(False)
        yield (
            {
                "secret": str(base / "secret.txt"),
                "answers": str(course_file("solution.py")),
                "checks": str(checks_folder()),
                "course": str(Path(__file__).parents[1]),
                "outside": str(base / "written.txt"),
                "port": tcp.getsockname()[1],
                "socket": str(base / "socket"),
                "abstract": abstract,
                "log": str(base / "log"),
                "abstract_log": f"{abstract}-log",
                "canary": "secret-canary",
                "pid": os.getpid(),
            },
            lambda: any(map(_was_reached, servers)) or bool(select.select([log, abstract_log], [], [], 0)[0]),
        )


def _was_reached(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True
