"""Run a Python program as a fork of a process that has its libraries loaded already.

``python3`` on an instance is ``python_client.py``: it hands over its arguments, environment, folder and descriptors,
waits, and ends as the program ended. A program of boto3 and pandas starts here in milliseconds; cold it takes one to
three seconds. What a fork cannot imitate (an interpreter option other than ``-u``) is run by the real interpreter.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import fcntl
import io
import os
import runpy
import signal
import socket
import sys
import tempfile
import threading
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from day89.processes.tree import close_all_but

__all__ = ["Program", "become", "receive"]

MOST_DESCRIPTORS = 250


@dataclass
class Program:
    """What a program needs to start, as ``exec`` would be given it."""

    cwd: str
    umask: int
    group: int
    numbers: list[int]  # the descriptors' numbers in the client
    arguments: list[str]
    environment: dict[str, str]
    descriptors: list[int] = field(default_factory=list)

    def close(self) -> None:
        """Close the descriptors that came with it."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def receive(client: socket.socket) -> Program:
    """Read what the client sends: a length, fields divided by NUL, and its descriptors."""
    client.settimeout(5)
    room = socket.CMSG_SPACE(MOST_DESCRIPTORS * array.array("i").itemsize)
    data, ancillary, _, _ = client.recvmsg(1 << 16, room)
    descriptors = array.array("i")
    for _, _, content in ancillary:
        descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    size = int(data[:10])
    while len(data) < 10 + size:
        more = client.recv(1 << 16)
        if not more:
            raise ValueError("the program's description breaks off")
        data += more
    client.settimeout(None)
    fields = [os.fsdecode(part) for part in data[10:].split(b"\0")]
    cwd, umask, group, numbers, count = fields[:5]
    end = 5 + int(count)
    environment = dict(pair.partition("=")[::2] for pair in fields[end:] if pair)
    listed = [int(number) for number in numbers.split(",")]
    return Program(cwd, int(umask), int(group), listed, fields[5:end], environment, list(descriptors))


def become(program: Program, confine: Callable[[], None]) -> None:
    """Turn this freshly forked process into the program, once it is confined; never return."""
    code = 1
    try:
        confine()
        _settle(program)
        code = _run(program)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _settle(program: Program) -> None:
    """Take on the client's group, descriptors, folder and environment."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        os.setpgid(0, program.group)
    except OSError:
        os.setpgid(0, 0)
    # First out of the way of each other, then to their places.
    base = max([*program.numbers, 2]) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, base) for descriptor in program.descriptors]
    close_all_but(set(moved))
    for source, target in zip(moved, program.numbers, strict=True):
        os.dup2(source, target)
    close_all_but(set(program.numbers))
    os.umask(program.umask)
    os.chdir(program.cwd)
    os.environ.clear()
    os.environ.update(program.environment)
    tempfile.tempdir = None  # the place of the process that this was forked from: not to be seen from here
    _answer_without_datagrams()


def _answer_without_datagrams() -> None:
    """Tell Flask's own server which address to print: it would ask UDP, which is closed here, and end."""
    with contextlib.suppress(ImportError):
        from werkzeug import serving  # what brings it in is loaded already, or about to be

        serving.get_interface_ip = lambda family: "127.0.0.1"


def _run(program: Program) -> int:
    arguments = list(program.arguments)
    name = arguments.pop(0)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    while arguments and arguments[0] == "-u":
        unbuffered = True
        arguments.pop(0)
    if name != "aws" and (not arguments or (arguments[0].startswith("-") and arguments[0] not in {"-c", "-m", "-"})):
        return _cold(program)
    _open_streams(unbuffered)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if name == "aws":
        return _ending(lambda: import_module("day89.cloud.guest.aws.main").main(arguments))
    _forget_ourselves()
    return _ending(lambda: _start(arguments))


def _cold(program: Program) -> int:
    os.execve(os.environ["DAY89_PYTHON"], ["python3", *program.arguments[1:]], os.environ)


def _open_streams(unbuffered: bool) -> None:
    stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdin = sys.__stdin__ = stdin  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _writer(1, unbuffered, "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _writer(2, unbuffered, "backslashreplace")  # type: ignore[misc]


def _writer(descriptor: int, unbuffered: bool, errors: str) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    lines = descriptor == 2 or os.isatty(descriptor)
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, line_buffering=lines, write_through=unbuffered)


def _forget_ourselves() -> None:
    """Take this package out of sight, apply the instance's network, reseed what a fork would share."""
    import_module("day89.cloud.guest.site.sitecustomize").install()
    for name in [name for name in sys.modules if name == "day89" or name.startswith("day89.")]:
        del sys.modules[name]
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    extra = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:0] = [part for part in extra if part not in sys.path]


def _start(arguments: list[str]) -> None:
    first = arguments[0]
    if first == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, str(Path.cwd()))
        if not hasattr(sys.modules.get(arguments[1]), "__path__"):
            sys.modules.pop(arguments[1], None)  # runpy warns where what it is to run has been imported already
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *arguments[2:]]
        sys.path.insert(0, "")
        _execute(arguments[1], "<string>", None)
    elif first == "-":
        sys.argv = arguments
        sys.path.insert(0, "")
        _execute(sys.stdin.read(), "<stdin>", None)
    else:
        _start_file(arguments)


def _start_file(arguments: list[str]) -> None:
    path = arguments[0]
    if Path(path).is_dir() or path.endswith((".zip", ".pyz")):
        os.execve(os.environ["DAY89_PYTHON"], ["python3", *arguments], os.environ)
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        sys.stderr.write(f"python3: can't open file {str(Path(path).absolute())!r}: {error}\n")
        raise SystemExit(2) from None
    sys.argv = arguments
    sys.path.insert(0, str(Path(path).resolve().parent))
    _execute(source, path, str(Path(path).absolute()))


def _execute(source: str | bytes, name: str, file: str | None) -> None:
    module = types.ModuleType("__main__")
    module.__dict__.update({"__builtins__": __builtins__} | ({"__file__": file} if file else {}))
    sys.modules["__main__"] = module
    exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)


def _ending(run: Any) -> int:
    """Run the program to its end as the interpreter would: exit code, traceback, threads, atexit, buffers."""
    try:
        code = _code(run())
    except SystemExit as stop:
        code = _code(stop.code)
    except BaseException as error:
        trace = error.__traceback__
        while trace and "day89/cloud/guest" in trace.tb_frame.f_code.co_filename:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120
    return code


def _code(value: Any) -> int:
    if value is None or isinstance(value, int):
        return (value or 0) & 0xFF
    sys.stderr.write(f"{value}\n")
    return 1
