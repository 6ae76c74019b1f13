"""Run the warm server: import once what every run needs, then fork a child for each requested job.

It reads jobs as lines of JSON from standard input and reports on the descriptor that it is told. Where the system has
no safe fork (macOS, Windows), it does one job in itself and ends. It never runs a line of a submission before it forks.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

from day89.processes import tree

__all__ = ["CAN_FORK", "DUMP_SIGNAL", "SUBMISSIONS", "main"]

SUBMISSIONS = "submissions"  # below the server's folder: a folder for each submission

CAN_FORK = sys.platform == "linux"
DUMP_SIGNAL = getattr(signal, "SIGUSR1", None)


def main(arguments: list[str]) -> int:
    """Serve jobs until standard input ends.

    Args:
        arguments: descriptor of the event pipe, descriptor of the pipe for stack dumps, how to keep submissions in
            a process of their own (JSON, ``null`` where they run in the child), modules to import beforehand
            (``module:function`` is also called).
    """
    events, dumps, confinement, *modules = arguments
    _adopt()
    warm = _start_warm(json.loads(confinement))
    _preload(modules)
    forks = _Forks(int(events), int(dumps), warm)
    jobs = (json.loads(line) for line in sys.stdin)
    if CAN_FORK:
        _serve(jobs, forks)
    else:
        forks.work_here(next(jobs))
    if warm is not None:
        warm.close()
    return 0


def _serve(jobs: Iterator[dict[str, Any]], forks: _Forks) -> None:
    from day89.course.grading.session import serve  # preloaded; it brings pytest

    status = 70
    try:
        serve(jobs, forks)
        status = 0
    except BaseException:
        if not forks.is_child:
            raise
        traceback.print_exc()
    finally:
        if forks.is_child:
            # No interpreter shutdown: it costs as much as a check, and a submission may have registered anything.
            _leave(status)


def _start_warm(settings: dict[str, Any] | None) -> Any:
    """Start the process that submissions are forked from; it imports while this one does."""
    if settings is None:
        return None
    from day89.course.boundary.spawn import Confinement, WarmProcess  # not on every system

    folder = Path.cwd() / SUBMISSIONS
    folder.mkdir(exist_ok=True)
    return WarmProcess(Confinement.from_json(settings), folder)


def _adopt() -> None:
    """Die with the process that started this one, and inherit the orphans of a killed child so as to end them."""
    if CAN_FORK:
        tree.die_with_parent()
        tree.adopt_orphans()


def _preload(modules: list[str]) -> None:
    # Collections while a quarter of a million objects are being made find nothing, and cost a third of the start.
    gc.disable()
    for module in modules:
        name, _, function = module.partition(":")
        # What is missing will be missed, and named, when the submission is imported.
        with contextlib.suppress(ImportError):
            loaded = importlib.import_module(name)
            if function:
                getattr(loaded, function)()
    gc.collect()  # what the rehearsal left: each fork would hold it
    gc.freeze()


class _Forks:
    """Fork a child for each job, and wait for it.

    Args:
        events: descriptor of the event pipe.
        dumps: descriptor of the pipe for stack dumps.
        warm: the process that submissions are forked from, or None where they run in the child.
    """

    def __init__(self, events: int, dumps: int, warm: Any) -> None:
        self.events = events
        self.dumps = dumps
        self.warm = warm
        self.spare: set[int] = {warm.process.pid} if warm is not None else set()
        self.session: Any = None
        self.is_child = False

    def fork(self) -> bool:
        """Return True in the child; in the server return False, once the child has ended."""
        self.session = self.warm.session() if self.warm is not None else None
        child = os.fork()
        if child == 0:
            self.is_child = True
            gc.enable()  # clients are circles: a submission's checks leave some 100 MB of them
            os.setsid()
            tree.die_with_parent()
            self._announce({"event": "forked", "pid": os.getpid()})
            if self.warm is not None:
                self.warm.control.close()
            self._set_up()
            return True
        if self.session is not None:
            self.session.close()  # the child's end is the only one now: what it spawned ends with it
        _, result = os.waitpid(child, 0)
        _end_orphans(self.spare)
        self._announce({"event": "exit", "status": os.waitstatus_to_exitcode(result)})
        return False

    def work_here(self, job: dict[str, Any]) -> None:
        """Do one job in this process, where there is no fork to be had."""
        from day89.course.grading.reporter import run_job  # preloaded

        self._announce({"event": "forked", "pid": os.getpid()})
        self._set_up()
        run_job(job, self.events, self.warm.session() if self.warm is not None else None)
        sys.stdout.flush()
        self._announce({"event": "exit", "status": 0})

    def _set_up(self) -> None:
        with Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), 0)
        if DUMP_SIGNAL is not None:
            faulthandler.register(DUMP_SIGNAL, file=self.dumps, all_threads=False)

    def _announce(self, event: dict[str, Any]) -> None:
        os.write(self.events, json.dumps(event).encode() + b"\n")


def _leave(status: int) -> NoReturn:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(status)


def _end_orphans(spare: Collection[int]) -> None:
    """Kill what the child has left behind: its instances, its background processes.

    Args:
        spare: processes that stay.
    """
    while orphans := [pid for pid in _children() if pid not in spare]:
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
        for orphan in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, 0)


def _children() -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
