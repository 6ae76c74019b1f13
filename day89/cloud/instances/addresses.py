"""Assign each instance addresses of its own in 127.0.0.0/8, which Linux has without any set-up."""

from __future__ import annotations

import secrets
import socket
import sys
from dataclasses import dataclass

from day89.errors import ToolError

__all__ = ["Address", "take"]

# A listening socket on this port holds the address: no two instances of this machine, in whatever process, share one.
PORT = 16980
TRIES = 200


@dataclass(frozen=True)
class Address:
    """The public address, the instance's own "localhost" (empty where there is none), and the metadata listener."""

    outer: str
    localhost: str
    listener: socket.socket


def take() -> Address:
    """Take a free pair of addresses by binding the metadata service's socket to the first.

    Returns:
        The addresses. Off Linux all instances share 127.0.0.1, each with its own metadata port.

    Raises:
        ToolError: none is free.
    """
    if sys.platform != "linux":
        return Address("127.0.0.1", "", _listen("127.0.0.1", 0))
    for _ in range(TRIES):
        second, third, fourth = 64 + secrets.randbelow(64), secrets.randbelow(256), 1 + secrets.randbelow(254)
        outer = f"127.{second}.{third}.{fourth}"
        try:
            return Address(outer, f"127.{second + 64}.{third}.{fourth}", _listen(outer, PORT))
        except OSError:
            continue
    raise ToolError(f"no free loopback address for an instance after {TRIES} tries: is port {PORT} blocked?")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener
