"""Supervise a warm server and its children: read events, drain output, enforce time limits, kill."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from day89.course.grading.forkserver import DUMP_SIGNAL, SUBMISSIONS
from day89.course.grading.output import CALLS_SIGNAL
from day89.course.results.text import safe_values
from day89.errors import ToolError
from day89.sandbox.remove import remove_tree

if TYPE_CHECKING:
    from day89.course.boundary.spawn import Confinement

__all__ = ["WarmServer"]

OUTPUT_KEPT = 64 * 1024
LINE_LIMIT = 1024 * 1024
PACKAGE = Path(__file__).resolve().parents[3]


class WarmServer:
    """A warm server of one's own that runs jobs; a context manager.

    Args:
        modules: what the server imports before it forks.
        confinement: how submissions are kept in a process of their own; None runs them in the child.
        real_time: let submissions wait in real time where instances run, without the virtual clock.
    """

    def __init__(
        self, modules: Sequence[str] = (), confinement: Confinement | None = None, *, real_time: bool = False
    ) -> None:
        self.real_time = real_time
        self._folder = tempfile.TemporaryDirectory(prefix="day89-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        weakref.finalize(self, remove_tree, self.folder)  # before the folder's own, which goes only so deep
        self.place = self.folder / SUBMISSIONS / "0"
        self._places = itertools.count(1)
        self._sweeper = ThreadPoolExecutor(1, "day89-sweeper")  # ten thousand folders may take a disk a minute
        self._modules = modules
        self._confinement = confinement
        self._server: subprocess.Popen[bytes] | None = None
        self._selector = selectors.DefaultSelector()
        self._buffer = b""
        self._events = self._dumps = -1
        self.output = bytearray()
        self.child: int | None = None

    def __enter__(self) -> WarmServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.discard()
        self._sweeper.shutdown()
        remove_tree(self.folder)
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """Return the id of the server's process; 0 where there is none."""
        return self._server.pid if self._server is not None else 0

    def start(self) -> None:
        """Start the server; it imports while the caller does something else."""
        events, events_end = os.pipe()
        dumps, dumps_end = os.pipe()
        command = [
            sys.executable,
            "-P",
            "-X",
            "utf8",
            "-m",
            "day89.course.grading.forkserver",
            str(events_end),
            str(dumps_end),
        ]
        command.append(json.dumps(asdict(self._confinement) if self._confinement else None))
        self._server = subprocess.Popen(
            [*command, *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=environment(self.folder),
            pass_fds=(events_end, dumps_end),
            start_new_session=True,
        )
        os.close(events_end)
        os.close(dumps_end)
        os.set_blocking(dumps, False)
        self._events, self._dumps, self._buffer = events, dumps, b""
        assert self._server.stdout is not None
        self._selector.register(events, selectors.EVENT_READ, "events")
        self._selector.register(self._server.stdout, selectors.EVENT_READ, "output")

    def hand_in(self, path: Path, data: bytes) -> Path:
        """Make a folder for one submission, and return where it is to be loaded from: a copy where it is confined.

        Args:
            path: the file.
            data: its bytes, as they were read and judged.
        """
        self.discard()
        self.place = self.folder / SUBMISSIONS / str(next(self._places))
        self.place.mkdir(parents=True)
        if self._confinement is None:
            return path.resolve()
        copy = self.place / "handed-in" / path.name
        copy.parent.mkdir()
        copy.write_bytes(data)
        return copy.resolve()

    def discard(self) -> None:
        """Remove the folder of the last submission, whatever it left there; meanwhile the next one may begin."""
        self._sweeper.submit(remove_tree, self.place)

    def send(self, job: Mapping[str, Any]) -> None:
        """Give the server a job, starting one where there is none.

        Raises:
            ToolError: the server cannot be reached.
        """
        if self._server is None or self._server.poll() is not None:
            self.stop()
            self.start()
        assert self._server is not None
        assert self._server.stdin is not None
        self.output.clear()
        try:
            self._server.stdin.write(json.dumps(job).encode() + b"\n")
            self._server.stdin.flush()
        except BrokenPipeError:
            raise ToolError(f"the grading process did not start: {self.printed()}") from None

    def next_event(self, deadline: float) -> dict[str, Any] | None:
        """Return the next event, or None where none comes before the deadline (of ``time.monotonic``).

        Raises:
            ToolError: the server has ended by itself.
        """
        while True:
            while b"\n" in self._buffer:
                line, self._buffer = self._buffer.split(b"\n", 1)
                if event := self._event(line):
                    return event
            if (left := deadline - time.monotonic()) <= 0:
                return None
            for key, _ in self._selector.select(left):
                self._read(key.data)

    def _event(self, line: bytes) -> dict[str, Any] | None:
        try:
            event = json.loads(line)
        except ValueError:
            return None
        if not isinstance(event, dict):
            return None
        if event.get("event") == "forked":
            self.child = int(event["pid"])
        elif event.get("event") == "exit":
            self.child = None
        made: dict[str, Any] = safe_values(event)
        return made

    def _read(self, which: str) -> None:
        assert self._server is not None
        assert self._server.stdout is not None
        if which == "output":
            if not self._read_output(self._server.stdout.fileno()):
                self._selector.unregister(self._server.stdout)
            return
        data = os.read(self._events, 65536)
        if not data:
            raise ToolError(f"the grading process ended by itself: {self.printed()}")
        self._buffer += data
        if len(self._buffer) > LINE_LIMIT and b"\n" not in self._buffer:
            self._buffer = b""

    def _read_output(self, descriptor: int) -> int:
        data = os.read(descriptor, 65536)
        # Read on for ever and keep the end: a full pipe would stop the child. What the next check prints may come
        # before the report on this one is read: hence more than what is shown of one.
        self.output += data
        del self.output[: -4 * OUTPUT_KEPT]
        return len(data)

    def printed_between(self, begin: bytes, end: bytes) -> str:
        """Return what the child printed between two marks, or since the first; at most the last ``OUTPUT_KEPT`` bytes.

        Args:
            begin: what it wrote before; where it has scrolled away, everything that is kept counts.
            end: what it writes afterwards.
        """
        stdout = self._server.stdout if self._server is not None else None
        while stdout is not None and end not in self.output and select.select([stdout], [], [], 0)[0]:
            if not self._read_output(stdout.fileno()):
                break
        start = self.output.rfind(begin)
        start = 0 if start < 0 else start + len(begin)
        stop = self.output.find(end, start)
        kept = self.output[start : stop if stop >= 0 else None]
        return bytes(kept[-OUTPUT_KEPT:]).decode("utf-8", "replace")

    def printed(self) -> str:
        """Return the end of what the child printed."""
        return self.output.decode("utf-8", "replace").strip()[-2000:]

    def ask_for_calls(self) -> None:
        """Have the child report the AWS calls of the check that runs, where its interpreter can still do so."""
        if self.child is not None and CALLS_SIGNAL is not None:
            with contextlib.suppress(OSError):
                os.kill(self.child, CALLS_SIGNAL)

    def stack(self) -> str:
        """Return where the child is, as faulthandler shows it; empty where that cannot be found out."""
        if self.child is None or DUMP_SIGNAL is None:
            return ""
        with contextlib.suppress(OSError):
            os.kill(self.child, DUMP_SIGNAL)
        text, until = b"", time.monotonic() + 0.5
        while time.monotonic() < until and not text.endswith(b"\n"):
            with contextlib.suppress(BlockingIOError):
                text += os.read(self._dumps, 65536)
            time.sleep(0.01)
        return text.decode("utf-8", "replace")

    def kill(self) -> None:
        """Kill the child and its process group; the server ends what they leave behind."""
        if self.child is None:
            return
        with contextlib.suppress(OSError):
            os.killpg(self.child, signal.SIGKILL)

    def kill_server(self) -> None:
        """Kill the server, so that whoever waits for one of its events is told that there will be none."""
        if self._server is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._server.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the server and all that it started."""
        if self._server is None:
            return
        self.kill()
        for stream in (self._server.stdin, self._server.stdout):
            if stream is not None:
                with contextlib.suppress(OSError, KeyError, ValueError):
                    self._selector.unregister(stream)
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self._server.wait(2)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._selector.unregister(self._events)
        os.close(self._events)
        os.close(self._dumps)
        self._server, self.child = None, None


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of graded code, built from nothing: no setting of the person who runs this gets in.

    Args:
        folder: what stands for the home folder and the folder for temporary files.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        # One thread each: quicker on small data, and a fork of a process with OpenMP threads can hang.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
