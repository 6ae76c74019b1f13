"""Define which addresses an instance may reach, and what stands for those that every machine has."""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
from dataclasses import dataclass

__all__ = ["MAPPED", "NetworkPolicy", "read_address"]

METADATA = ("169.254.169.254", 80)
MAPPED = "::ffff:"


@dataclass(frozen=True)
class NetworkPolicy:
    """The addresses that an instance may reach.

    Attributes:
        endpoint: host and port of AWS.
        metadata: host and port of its metadata service, which it knows as 169.254.169.254.
        outer: its address, where it serves what it binds to all addresses.
        localhost: its own 127.0.0.1.
        root: folder below which it reaches UNIX sockets; empty: all that it sees.
    """

    endpoint: tuple[str, int]
    metadata: tuple[str, int]
    outer: str
    localhost: str
    root: str = ""

    def outward(self, host: str, port: int) -> list[tuple[str, int]]:
        """Return the addresses to try in the place of one that a script connects to; none where it may not."""
        if (host, port) == METADATA:
            return [self.metadata]
        if (host, port) in (self.endpoint, self.metadata) or host in (self.outer, self.localhost):
            return [(host, port)]
        return [(self.localhost, port), (self.outer, port)] if host in ("127.0.0.1", "0.0.0.0") else []

    def inward(self, host: str) -> str | None:
        """Return the address to bind in the place of one; None where it is not the script's."""
        return {"0.0.0.0": self.outer, "127.0.0.1": self.localhost}.get(
            host, host if host in (self.outer, self.localhost) else None
        )


def read_address(sock: socket.socket, raw: bytes) -> tuple[str, int, bool]:
    """Read a socket address; the last value says whether it is IPv4's inside an IPv6 one."""
    family, port = struct.unpack_from("=H", raw)[0], struct.unpack_from("!H", raw, 2)[0]
    if family != sock.family:
        raise OSError(errno.EAFNOSUPPORT, "another family than the socket's")
    if family == socket.AF_INET:
        return socket.inet_ntop(family, raw[4:8]), port, False
    host = ipaddress.ip_address(raw[8:24])
    four = host.ipv4_mapped if isinstance(host, ipaddress.IPv6Address) else None
    return (str(four), port, True) if four else (str(host), port, False)
