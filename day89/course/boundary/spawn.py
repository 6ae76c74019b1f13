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
from day89.sandbox.namespaces import leads_into
from day89.sandbox.rlimits import ProcessLimits
from day89.sandbox.visible import interpreter_paths, shown_paths

__all__ = ["Confinement", "SubmissionProcess", "SubmissionSession", "WarmProcess", "bubblewrap"]

PACKAGE = Path(__file__).resolve().parents[2]
# What of this package runs on the submission's side, and is imported before one is there; no answers, no checks.
OWN_SIDE = ("*.py", "processes", "sandbox", "course/*.py", "course/boundary", "course/checks", "course/exercise")

# Everything that a submission's process may know of its surroundings.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # sets in the same order in every run
}


@dataclass(frozen=True)
class Confinement:
    """The layers that a submission is kept in.

    Attributes:
        layers: some of ``"landlock"``, ``"seccomp"``, ``"rlimits"``.
        outside: ``"namespaces"`` has the warm process enter namespaces of its own, ``"bubblewrap"`` starts it in some.
        limits: what one submission may use.
        hidden: what must not be readable: the course with its answers and checks.
    """

    layers: tuple[str, ...] = ("landlock", "seccomp", "rlimits")
    outside: str = ""
    limits: ProcessLimits = field(default_factory=ProcessLimits)
    hidden: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Confinement:
        """Rebuild one from what ``dataclasses.asdict`` and JSON made of it."""
        limits = ProcessLimits(**data["limits"])
        return cls(tuple(data["layers"]), str(data["outside"]), limits, tuple(data["hidden"]))


class WarmProcess:
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
        command = [sys.executable, "-P", "-s", "-m", "day89.course.boundary.forkserver", str(theirs.fileno())]
        if confinement.outside == "namespaces":
            command += [str(self.folder), *confinement.hidden]
        if confinement.outside == "bubblewrap":
            command = bubblewrap(self.folder, confinement.hidden) + command
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
        self.control = Wire(ours)
        self.facts: dict[str, Any] | None = None

    def session(self) -> SubmissionSession:
        """Open a session: what is spawned in it ends with it.

        Raises:
            ToolError: the warm process could not start.
        """
        if self.facts is None:
            try:
                self.facts, _ = self.control.receive()
            except Broken:
                raise ToolError(f"the process for submissions did not start: {self._last_words()}") from None
        ours, theirs = socket.socketpair()
        self.control.send({"session": True}, descriptors=[theirs.fileno()])
        theirs.close()
        return SubmissionSession(Wire(ours), self.confinement, self.folder)

    def _last_words(self) -> str:
        assert self.process.stderr is not None
        self.process.wait(10)
        words = self.process.stderr.read().decode(errors="replace").strip()
        return words.rpartition("\n")[2][-500:] or "it said nothing"

    def close(self) -> None:
        """End the process and everything that it forked."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


class SubmissionSession:
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

    def spawn(self, folder: Path, environment: dict[str, str], read: Sequence[Path] = ()) -> SubmissionProcess:
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
            "alone": bool(self.confinement.outside),
            "limits": asdict(self.confinement.limits),
        }
        self.wire.send({"spawn": what}, descriptors=[pairs[0][1].fileno(), pairs[1][1].fileno(), into])
        for pair in pairs:
            pair[1].close()
        os.close(into)
        answer, _ = self.wire.receive()
        return SubmissionProcess(self, answer["pid"], Wire(pairs[0][0]), Wire(pairs[1][0]), out)

    def close(self) -> None:
        """End what this session spawned."""
        self.wire.close()


@dataclass
class SubmissionProcess:
    """The grader's end of one submission's process.

    Attributes:
        pid: its process id, as the warm process knows it.
        calls: questions and answers.
        aws: the submission's AWS requests.
        output: what it prints, to be drained.
    """

    session: SubmissionSession
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


def bubblewrap(folder: Path, hidden: Sequence[str]) -> list[str]:
    """Return the command that runs another one in namespaces of its own: as ``namespaces.enclose`` makes them.

    Args:
        folder: the one folder that stays writable.
        hidden: what is not to be seen; of this package the warm process has to import its own side of the boundary.
    """
    shown = shown_paths()
    covered = [path for path in hidden if any(Path(path).is_relative_to(one) for one in shown)]
    again = [path for path in map(str, interpreter_paths()) if any(Path(path).is_relative_to(one) for one in covered)]
    parts = [str(path) for part in OWN_SIDE for path in PACKAGE.glob(part)]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "submission"),
        *("--dev", "/dev", "--proc", "/proc"),
        *(word for path in shown for word in _shown(path, shown)),
        *(word for path in covered for word in _covered(path)),
        *(word for path in [*again, *parts] for word in ("--ro-bind", path, path)),
        *("--bind", str(folder), str(folder)),
        "--",
    ]


def _shown(path: str, shown: Sequence[str]) -> tuple[str, ...]:
    if Path(path).is_symlink() and leads_into(Path(path), shown):
        return "--symlink", str(Path(path).readlink()), path
    return "--ro-bind", path, path


def _covered(path: str) -> tuple[str, ...]:
    return ("--tmpfs", path) if Path(path).is_dir() else ("--ro-bind", os.devnull, path)
