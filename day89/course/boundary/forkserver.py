"""Fork submissions from a process that has imported everything once.

It is started as ``python -P -s -m day89.course.boundary.forkserver DESCRIPTOR [FOLDER HIDDEN...]`` and speaks frames on
that socket. With a folder it encloses itself in namespaces in which that alone is writable, and nothing hidden is seen.
A *session* is one grading run: what it spawned dies with it, whatever became of the grader.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import traceback
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NoReturn

import boto3
import flask  # noqa: F401  submissions import it
import joblib  # noqa: F401
import pandas  # noqa: F401
import sklearn.linear_model  # noqa: F401
import waitress  # noqa: F401

from day89.botocore_caches import install as install_caches
from day89.course.boundary import host, models
from day89.processes.channel import Broken, Wire
from day89.sandbox import landlock, namespaces, privileges
from day89.sandbox import seccomp as calls
from day89.sandbox.quotas import Watch
from day89.sandbox.rlimits import ProcessLimits, apply_limits
from day89.sandbox.visible import shown_paths, system_paths

__all__ = ["main"]

SERVICES = ("s3", "ec2", "iam", "ssm", "sts")
LOOK_SECONDS = 0.2  # from one look at the disk to the next
watches: dict[int, Watch] = {}
excesses: dict[int, str] = {}


def main(descriptor: int, folder: str = "", *hidden: str) -> None:
    """Serve sessions until the grader hangs up.

    Args:
        descriptor: the socket on which sessions arrive.
        folder: where namespaces are wanted, the one folder that is writable in them.
        hidden: what is not to be seen in them.
    """
    warm_up()
    if folder:
        namespaces.enclose(Path(folder), map(Path, shown_paths()), [Path(path) for path in hidden])
    privileges.close_to_others(True)  # a submission is of the same user
    control = Wire(socket.socket(fileno=descriptor))
    sessions: dict[Wire, set[int]] = {}
    control.send({"ready": True, "landlock": landlock.landlock_version(), "seccomp": calls.available()})
    while True:
        ready, _, _ = select.select([control, *sessions], [], [], LOOK_SECONDS if watches else None)
        for pid, watch in watches.items():
            _look(pid, watch)
        for wire in ready:
            try:
                message, _ = wire.receive()
            except Broken:
                if wire is control:
                    _end([pid for pids in sessions.values() for pid in pids])
                    return
                _end(list(sessions.pop(wire)))
                wire.close()
                continue
            if wire is control:
                sessions[Wire(socket.socket(fileno=message["descriptors"][0]))] = set()
            else:
                wire.send(_answer(message, sessions[wire], [control, *sessions]))


def warm_up() -> None:
    """Make once what every submission would make again."""
    install_caches()
    # Read by boto3 while it is warmed; each submission gets its own environment.
    os.environ |= {"AWS_ACCESS_KEY_ID": "warm", "AWS_SECRET_ACCESS_KEY": "warm", "AWS_DEFAULT_REGION": "us-east-1"}
    client: Any = boto3.client  # its stubs know each service by its literal name
    for service in SERVICES:
        client(service)
    boto3.resource("s3")
    boto3.resource("ec2")
    models.plain_model("penguins", 0).predict([[1.0, 2.0, 3.0, 4.0]])
    # The session that each submission finds: made here, once, and used by nobody, it has looked at nothing yet.
    host.fresh_session()
    gc.collect()
    gc.freeze()
    gc.disable()


def _answer(message: dict[str, Any], pids: set[int], others: list[Wire]) -> dict[str, Any]:
    if "spawn" in message:
        what = message["spawn"]
        pid = _spawn(what, message["descriptors"], others)
        watches[pid] = _watch_of(what["folder"], what["limits"]["disk"], what["limits"]["entries"])
        pids.add(pid)
        return {"pid": pid}
    pid = message["kill"]
    if pid not in pids:
        return {"gone": True}
    pids.discard(pid)
    return {**_end([pid]), "excess": excesses.pop(pid, None)}


@lru_cache(maxsize=8)
def _watch_of(folder: str, disk: int, entries: int) -> Watch:
    """Return what counts for a submission, over all its processes."""
    return Watch(folder, disk=disk, files=entries)


def _look(pid: int, watch: Watch) -> None:
    """End a submission that takes too much of the disk."""
    if pid not in excesses and (words := watch.disk_excess()):
        excesses[pid] = words
        os.kill(pid, signal.SIGKILL)


def _end(pids: list[int]) -> dict[str, Any]:
    for pid in pids:
        watches.pop(pid, None)
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)
    found = [os.wait4(pid, 0) for pid in pids]
    return {
        "status": found[-1][1] if found else 0,
        "seconds": sum(usage.ru_utime + usage.ru_stime for _, _, usage in found),
        "memory": max((usage.ru_maxrss for _, _, usage in found), default=0),
    }


def _spawn(what: dict[str, Any], descriptors: list[int], others: list[Wire]) -> int:
    _system_paths(tuple(what["hidden"]))  # found once, here, not in each submission
    pid = os.fork()
    if pid == 0:
        _be_submission(what, descriptors, others)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _be_submission(what: dict[str, Any], descriptors: list[int], others: list[Wire]) -> NoReturn:
    status = 1
    try:
        os.setsid()
        calls, aws, output = descriptors
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, output), (2, output)):
            os.dup2(source, target)
        for wire in others:
            wire.close()
        os.close(output)
        os.close(nothing)
        gc.enable()
        enter_jail(what)
        host.run(socket.socket(fileno=calls), socket.socket(fileno=aws), what["environment"], what["folder"])
        status = 0
    except BaseException:
        traceback.print_exc()  # among what the submission prints: the grader shows its end where a process ended
        sys.stderr.flush()
    finally:
        os._exit(status)


@cache
def _system_paths(hidden: tuple[str, ...]) -> list[Path]:
    return system_paths([Path(path) for path in hidden])


def enter_jail(what: dict[str, Any]) -> None:
    """Give up, for good, what this submission does not need.

    Args:
        what: the layers to use, the folders to write in, the folders to hide, the limits.
    """
    layers = what["layers"]
    privileges.close_to_others(False)
    if "seccomp" in layers:
        privileges.drop_capabilities()
    if "landlock" in layers:
        landlock.restrict_files([*_system_paths(tuple(what["hidden"])), *what["read"]], what["write"])
    if "rlimits" in layers:
        apply_limits(ProcessLimits(**what["limits"]))
    if "seccomp" in layers:
        calls.restrict_calls(alone=what["alone"])


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
