"""Give the Python programs of an instance a network of their own on a loopback that all instances share.

An instance has two addresses in 127.0.0.0/8: ``DAY89_ADDRESS``, which the outside reaches, and ``DAY89_LOCALHOST``,
its own "localhost". A server that binds 0.0.0.0 binds the first, so that two instances may both serve port 5000; one
that binds 127.0.0.1 binds the second and is not reached from outside, as on AWS. 169.254.169.254 is its metadata
service. A server that is not written in Python binds the machine's own addresses: it is reached, but two of them cannot
share a port. Ports below 1024 are refused inside a jail.
Python imports this file by itself, because the instance's PYTHONPATH names its folder.
"""

from __future__ import annotations

import _socket
import os
import socket
import sys
from typing import Any

__all__ = ["install"]

ANYWHERE = frozenset({"", "0.0.0.0"})
LOCALHOST = frozenset({"127.0.0.1", "localhost"})
METADATA = "169.254.169.254"


def install() -> None:
    """Replace bind and connect of Python's sockets where the environment names an instance's addresses."""
    if os.environ.get("DAY89_METADATA") and not hasattr(socket.socket, "day89_instance"):
        socket.socket.day89_instance = True  # type: ignore[attr-defined]
        socket.socket.bind = _bind  # type: ignore[method-assign,assignment]
        socket.socket.connect = _connect  # type: ignore[method-assign,assignment]
        socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign,assignment]
        _be_the_instances_own()


def _be_the_instances_own() -> None:
    """Name the instance's python3 as the interpreter, so that ``[sys.executable, "-m", "pip"]`` needs no network."""
    own = os.path.join(os.path.dirname(os.environ.get("BASH_ENV", "")), "python3")  # noqa: PTH118, PTH120
    if os.path.isfile(own):  # noqa: PTH113 - in the way of every program
        sys.executable = own


def _bind(self: socket.socket, address: Any) -> None:
    _socket.socket.bind(self, _inward(self, address))


def _connect(self: socket.socket, address: Any) -> None:
    _socket.socket.connect(self, _outward(self, address))


def _connect_ex(self: socket.socket, address: Any) -> int:
    return _socket.socket.connect_ex(self, _outward(self, address))


def _inward(sock: socket.socket, address: Any) -> Any:
    own = os.environ.get("DAY89_ADDRESS")
    if not own or not isinstance(address, tuple) or sock.type != socket.SOCK_STREAM:
        return address
    if sock.family == socket.AF_INET6 and address[0] in {"", "::"}:
        beside_ipv4 = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if beside_ipv4:  # the server has a socket of IPv4 too; by IPv6 alone nobody comes here
            return (f"::ffff:{os.environ['DAY89_LOCALHOST']}", 0)
        return (f"::ffff:{own}", *address[1:])
    if address[0] in ANYWHERE:
        return (own, *address[1:])
    return (os.environ["DAY89_LOCALHOST"], *address[1:]) if address[0] in LOCALHOST else address


def _outward(sock: socket.socket, address: Any) -> Any:
    if sock.family != socket.AF_INET or not isinstance(address, tuple):
        return address
    host, port = address[:2]
    if host == METADATA and port == 80:
        name, _, number = os.environ["DAY89_METADATA"].rpartition(":")
        return (name, int(number))
    own = os.environ.get("DAY89_ADDRESS")
    if host not in LOCALHOST or not own or f"127.0.0.1:{port}" in os.environ.get("AWS_ENDPOINT_URL", ""):
        return address
    local = os.environ["DAY89_LOCALHOST"]
    return (local if _somebody_listens(local, port) else own, port)


def _somebody_listens(host: str, port: int) -> bool:
    probe = _socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
    finally:
        probe.close()


install()
