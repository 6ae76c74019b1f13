"""Be the warm server: import once what every run needs, then fork a child for each job that is asked for.

It reads jobs as lines of JSON from standard input and reports on the descriptor that it is told. Where the system has
no safe fork (macOS, Windows), it does one job in itself and ends. It never runs a line of a submission before it forks.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

__all__ = ["CAN_FORK", "DUMP_SIGNAL", "main"]

CAN_FORK = sys.platform == "linux"
DUMP_SIGNAL = getattr(signal, "SIGUSR1", None)
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


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
    for line in sys.stdin:
        _serve(json.loads(line), int(events), int(dumps), warm)
        if not CAN_FORK:
            break
    if warm is not None:
        warm.close()
    return 0


def _start_warm(settings: dict[str, Any] | None) -> Any:
    """Start the process that submissions are forked from; it imports while this one does."""
    if settings is None:
        return None
    from day89.course.boundary.process import Confinement, Warm  # not on every system

    return Warm(Confinement.from_json(settings), Path.cwd())


def _adopt() -> None:
    """Die with the process that started this one, and inherit the orphans of a killed child so as to end them."""
    if CAN_FORK:
        process = ctypes.CDLL(None, use_errno=True)
        process.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        process.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


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
    gc.freeze()


def _serve(job: dict[str, Any], events: int, dumps: int, warm: Any) -> None:
    session = warm.session() if warm is not None else None
    if not CAN_FORK:
        _announce(events, {"event": "forked", "pid": os.getpid()})
        _work(job, events, dumps, session)
        _announce(events, {"event": "exit", "status": 0})
        return
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setsid()
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            _announce(events, {"event": "forked", "pid": os.getpid()})
            if warm is not None:
                warm.door.close()
            _work(job, events, dumps, session)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            # No interpreter shutdown: it costs as much as a check, and a submission may have registered anything.
            os._exit(status)
    if session is not None:
        session.close()  # the child's end is the only one now: what it spawned ends with it
    _, result = os.waitpid(child, 0)
    _end_orphans(spare=warm.process.pid if warm is not None else 0)
    _announce(events, {"event": "exit", "status": os.waitstatus_to_exitcode(result)})


def _work(job: dict[str, Any], events: int, dumps: int, session: Any) -> None:
    from day89.course.child import run_job  # preloaded in the server

    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    if DUMP_SIGNAL is not None:
        faulthandler.register(DUMP_SIGNAL, file=dumps, all_threads=False)
    run_job(job, events, session)
    sys.stdout.flush()


def _end_orphans(spare: int) -> None:
    """Kill what the child has left behind: its instances, its background processes.

    Args:
        spare: a process that stays.
    """
    while orphans := [pid for pid in _children() if pid != spare]:
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


def _announce(events: int, event: dict[str, Any]) -> None:
    os.write(events, json.dumps(event).encode() + b"\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
