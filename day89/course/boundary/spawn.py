"""Start the warm process, and submissions as forks of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from day89.errors import ToolError
from day89.processes.channel import Broken, Wire
from day89.sandbox.rlimits import Limits

__all__ = ["Confinement", "Session", "Submitted", "Warm", "bubblewrap"]

# Everything that a submission's process may know of its surroundings.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True)
class Confinement:
    """The layers that a submission is kept in.

    Attributes:
        layers: some of ``"landlock"``, ``"seccomp"``, ``"rlimits"``.
        bubblewrap: run the whole warm process in namespaces of its own.
        limits: what one submission may use.
        hidden: what must not be readable: the course with its answers and checks.
    """

    layers: tuple[str, ...] = ("landlock", "seccomp", "rlimits")
    bubblewrap: bool = False
    limits: Limits = field(default_factory=Limits)
    hidden: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Confinement:
        """Rebuild one from what ``dataclasses.asdict`` and JSON made of it."""
        limits = Limits(**data["limits"])
        return cls(tuple(data["layers"]), bool(data["bubblewrap"]), limits, tuple(data["hidden"]))


class Warm:
    """A warm process from which submissions are forked.

    Args:
        confinement: the layers that its submissions are kept in.
        folder: the one folder below which submissions may write.
    """

    def __init__(self, confinement: Confinement, folder: Path) -> None:
        self.confinement = confinement
        self.folder = folder.resolve()
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        command = [sys.executable, "-I", "-m", "day89.course.boundary.forkserver", str(theirs.fileno())]
        if confinement.bubblewrap:
            command = bubblewrap(self.folder) + command
        self.process = subprocess.Popen(
            command,
            env=ENVIRONMENT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        self.door = Wire(ours)
        self.facts: dict[str, Any] | None = None

    def session(self) -> Session:
        """Open a session: what is spawned in it ends with it.

        Raises:
            ToolError: the warm process could not start.
        """
        if self.facts is None:
            try:
                self.facts, _ = self.door.receive()
            except Broken:
                raise ToolError(f"the process for submissions did not start: {self._last_words()}") from None
        ours, theirs = socket.socketpair()
        self.door.send({"session": True}, descriptors=[theirs.fileno()])
        theirs.close()
        return Session(Wire(ours), self.confinement, self.folder)

    def _last_words(self) -> str:
        assert self.process.stderr is not None
        self.process.wait(10)
        return self.process.stderr.read().decode(errors="replace").strip()[-500:] or "it said nothing"

    def close(self) -> None:
        """End the process and everything that it forked."""
        self.door.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


class Session:
    """The submissions of one grading run.

    Args:
        wire: connection to the warm process.
        confinement: the layers that submissions are kept in.
        folder: the folder below which they may write.
    """

    def __init__(self, wire: Wire, confinement: Confinement, folder: Path) -> None:
        self.wire = wire
        self.confinement = confinement
        self.folder = folder

    def spawn(self, folder: Path, environment: dict[str, str], read: Sequence[Path] = ()) -> Submitted:
        """Fork one process for a submission.

        Args:
            folder: where it starts, and all that it may write in.
            environment: AWS settings that it sees.
            read: what else it may read.
        """
        pairs = [socket.socketpair(), socket.socketpair()]
        out, into = os.pipe()
        what = {
            "environment": {**ENVIRONMENT, "HOME": str(folder), "TMPDIR": str(folder), **environment},
            "folder": str(folder),
            "read": [str(path) for path in read],
            "write": [str(folder)],
            "hidden": list(self.confinement.hidden),
            "layers": list(self.confinement.layers),
            "limits": asdict(self.confinement.limits),
        }
        self.wire.send({"spawn": what}, descriptors=[pairs[0][1].fileno(), pairs[1][1].fileno(), into])
        for pair in pairs:
            pair[1].close()
        os.close(into)
        answer, _ = self.wire.receive()
        return Submitted(self, answer["pid"], Wire(pairs[0][0]), Wire(pairs[1][0]), out)

    def close(self) -> None:
        """End what this session spawned."""
        self.wire.close()


@dataclass
class Submitted:
    """The grader's end of one submission's process.

    Attributes:
        pid: its process id, as the warm process knows it.
        calls: questions and answers.
        aws: the submission's AWS requests.
        output: what it prints, to be drained.
    """

    session: Session
    pid: int
    calls: Wire
    aws: Wire
    output: int

    def close_output(self) -> None:
        """Stop reading what it prints."""
        if self.output >= 0:
            os.close(self.output)
            self.output = -1

    def end(self) -> dict[str, Any]:
        """Kill the process.

        Returns:
            ``status``, processor ``seconds`` and greatest ``memory`` in kilobytes.
        """
        for wire in (self.calls, self.aws):
            wire.close()
        self.close_output()
        self.session.wire.send({"kill": self.pid})
        return self.session.wire.receive()[0]


def bubblewrap(folder: Path) -> list[str]:
    """Return the command that runs another one in namespaces of its own: no network, own processes, a read-only system.

    Args:
        folder: the one folder that stays writable.
    """
    program = shutil.which("bwrap") or "bwrap"
    shown = [path for path in ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc") if Path(path).exists()]
    places = dict.fromkeys([*shown, sys.base_prefix, sys.prefix, str(Path(__file__).resolve().parents[3])])
    binds = [word for path in places for word in ("--ro-bind", path, path)]
    return [
        program,
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *binds,
        *("--bind", str(folder), str(folder)),
        "--",
    ]
