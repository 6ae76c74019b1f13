"""Run the local cloud for other programs: ``day89 cloud``."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from day89.cloud.controls.faults import Fault, parse_fault
from day89.cloud.controls.prepare import prepare
from day89.cloud.local import Cloud, local
from day89.cloud.log import Call
from day89.cloud.server import Endpoint
from day89.errors import UsageError

__all__ = ["configure", "run"]

PORT = 8989
PASTE = "# AWS on this machine. Paste these lines into another terminal; Ctrl-C here ends it and all that is in it."
KEPT_CALLS = 10_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    parser.add_argument("--port", type=int, default=PORT, help=f"TCP port on 127.0.0.1, 0 for any (default {PORT})")
    parser.add_argument("--pace", choices=("instant", "aws"), default="instant", help="how long instance states take")
    parser.add_argument("--page-size", type=int, metavar="N", help="at most N objects or reservations a page")
    parser.add_argument("--no-instances", action="store_true", help="do not run the user data of launched instances")
    parser.add_argument(
        "--enforce-iam", action="store_true", help="judge the administrator's own calls by policies too"
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="OPERATION:CODE[:NTH]", help="such as s3.PutObject:SlowDown:2"
    )
    parser.add_argument(
        "--init",
        type=Path,
        metavar="FILE",
        help="a Python file to run once the cloud is up",
    )
    parser.add_argument("--trace", action="store_true", help="print each call when it is done")


Beside = Callable[[Cloud, str], AbstractContextManager[object]]


def run(options: argparse.Namespace, beside: Beside = lambda cloud, paste: nullcontext()) -> int:
    """Run the cloud until it is interrupted.

    Args:
        options: what ``configure`` asked for.
        beside: what is open as long as the cloud runs; it is given the cloud and the lines to paste.

    Returns:
        0.

    Raises:
        UsageError: the port is taken, a fault or a page size does not read, or the file of ``--init`` does not run.
    """
    faults = _faults(options.fault)
    if options.page_size is not None and options.page_size < 1:
        raise UsageError(f"--page-size must be 1 or more, not {options.page_size}")
    with (
        _until_interrupted() as end,
        local(
            pace=options.pace,
            page_size=options.page_size,
            instances=not options.no_instances,
            enforce_iam=options.enforce_iam,
            faults=faults,
        ) as cloud,
    ):
        cloud.gateway.listener = _print_call if options.trace else None
        cloud.log.limit = KEPT_CALLS
        try:
            with cloud.serve(options.port) as server:
                if options.init is not None:
                    prepare(options.init, server.env)
                lines = _variables(server)
                with beside(cloud, lines):
                    print(PASTE, lines, sep="\n", flush=True)
                    end.wait()
        except OSError as error:
            raise UsageError(f"port {options.port} cannot be used ({error.strerror}): give another --port") from error
    return 0


def _faults(texts: list[str]) -> list[Fault]:
    try:
        return [parse_fault(text) for text in texts]
    except ValueError as error:
        raise UsageError(str(error)) from error


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C, or a SIGTERM, into an event: what was begun is then closed in order."""
    end = threading.Event()
    before = {number: signal.signal(number, lambda *_: end.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _variables(server: Endpoint) -> str:
    return "\n".join(f"export {name}={value}" for name, value in server.env.items())


def _print_call(call: Call) -> None:
    print(call, flush=True)
