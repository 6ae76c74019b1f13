"""Run the local cloud for other programs, with a page that shows it: ``day89 cloud --page``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from day89.cloud import Cloud, command

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the command its options."""
    command.configure(parser)
    parser.add_argument("--page", action="store_true", help="show what is in it on a page for the browser")


def run(options: argparse.Namespace) -> int:
    """Run the cloud until it is interrupted."""
    return command.run(options, _with_page) if options.page else command.run(options)


@contextmanager
def _with_page(cloud: Cloud, environment: str) -> Iterator[None]:
    from day89.course.page.my_cloud import my_cloud_page  # Flask is slow to import

    with my_cloud_page(cloud, environment) as address:
        print(f"# Your cloud on a page: {address}", flush=True)
        yield
