"""Pass lines of JSON between the processes of a fleet."""

from __future__ import annotations

import json
import os
import socket
from typing import Any

__all__ = ["Wire", "close_all_but"]


class Wire:
    """A stream socket that carries JSON objects, one a line."""

    def __init__(self, connection: socket.socket) -> None:
        """Take the connection over."""
        self.connection = connection
        self._rest = b""

    def fileno(self) -> int:
        """Return the descriptor, so that a selector can wait on it."""
        return self.connection.fileno()

    def send(self, message: dict[str, Any]) -> bool:
        """Send one object; return False where nobody listens any more."""
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            return False
        return True

    def receive(self) -> list[dict[str, Any]] | None:
        """Wait for data and return the objects that are complete; None at the end of the connection."""
        try:
            data = self.connection.recv(1 << 16)
        except ConnectionError:
            return None
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def close_all_but(keep: set[int]) -> None:
    """Close all descriptors from 3 on but those named: a forked child must hold no pipe of its siblings."""
    place = 3
    for descriptor in sorted(number for number in keep if number > 2):
        os.closerange(place, descriptor)
        place = descriptor + 1
    os.closerange(place, 65536 if os.name == "posix" else 4096)
