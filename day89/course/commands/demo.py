"""Run one of the three stories, with ``--page`` slowly and on a page that shows its cloud."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from day89.cloud import Cloud
from day89.course.demo import command
from day89.course.demo.stage import Observer
from day89.errors import UsageError

__all__ = ["configure", "run"]

SECONDS = 4.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    command.configure(parser)
    parser.add_argument(
        "--page",
        action="store_true",
        help=f"show it in the browser, {SECONDS:g} s before each step, with pause and step",
    )


def run(args: argparse.Namespace) -> int:
    """Play a story; see ``day89.course.demo.command.run``."""
    if args.page and args.real_account:
        raise UsageError("--page shows the local cloud: leave --real-account out")
    return command.run(args, _with_page) if args.page else command.run(args)


@contextmanager
def _with_page(cloud: Cloud, observer: Observer) -> Iterator[Observer]:
    from day89.course.page.demo import demo_page  # Flask is slow to import

    with demo_page(cloud, observer, SECONDS) as (stepper, address):
        print(f"The story on a page: {address}", flush=True)
        yield stepper
