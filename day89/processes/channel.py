"""Exchange frames between processes: two lengths, JSON, and raw bytes that go with it.

Both ends distrust each other's sizes: a frame above the limit ends the conversation.
"""

from __future__ import annotations

import array
import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

__all__ = ["MAX_FRAME", "Broken", "Wire"]

HEADER = struct.Struct(">II")
MAX_FRAME = 64 * 1024 * 1024
# Of the JSON in a frame: a list of empty lists takes twenty times its text in memory.
MAX_TEXT = 16 * 1024 * 1024
MAX_PARTS = 1_000_000
MAX_DESCRIPTORS = 4


class Broken(Exception):
    """The other side has gone, or does not keep to the protocol."""


class Wire:
    """A connected stream socket that carries frames.

    Args:
        end: this side's end of a socket pair.
    """

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def fileno(self) -> int:
        """Return the file descriptor, for ``select``."""
        return self.end.fileno()

    def close(self) -> None:
        """Close this end."""
        self.end.close()

    def send(self, message: dict[str, Any], blob: bytes = b"", descriptors: Sequence[int] = ()) -> None:
        """Send one frame.

        Args:
            message: plain JSON data.
            blob: raw bytes that go with it.
            descriptors: open file descriptors to hand over, at most ``MAX_DESCRIPTORS`` (not on Windows).

        Raises:
            Broken: the other side has gone, or the frame is larger than ``MAX_FRAME``.
        """
        text = json.dumps(message, separators=(",", ":")).encode()
        if len(text) > MAX_TEXT or len(text) + len(blob) > MAX_FRAME:
            raise Broken(f"a message of {len(text) + len(blob)} bytes is larger than the limit of {MAX_FRAME}")
        try:
            if descriptors:
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
                self.end.sendmsg([HEADER.pack(len(text), len(blob))], rights)
                self.end.sendall(text + blob)
            else:
                self.end.sendall(HEADER.pack(len(text), len(blob)) + text + blob)
        except OSError as error:
            raise Broken(f"the other side has gone ({error.strerror})") from None

    def receive(self) -> tuple[dict[str, Any], bytes]:
        """Receive one frame.

        Returns:
            The message and its raw bytes. Descriptors that came with it stand under ``"descriptors"``.

        Raises:
            Broken: the other side has gone, or what it sent is no frame.
        """
        header, descriptors = self._header()
        size, extra = HEADER.unpack(header)
        if size > MAX_TEXT or size + extra > MAX_FRAME:
            raise Broken(f"a message of {size + extra} bytes is larger than the limit of {MAX_FRAME}")
        data = self._exactly(size + extra)
        text = data[:size]
        if sum(map(text.count, (b",", b"[", b"{"))) > MAX_PARTS:
            raise Broken(f"a message holds more than the limit of {MAX_PARTS} values")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Broken(f"what came is not a message ({type(error).__name__})") from None
        if not isinstance(message, dict):
            raise Broken("what came is not a message")
        message["descriptors"] = descriptors
        return message, data[size:]

    def tell(self, message: dict[str, Any]) -> bool:
        """Send one frame; return False where nobody listens any more."""
        try:
            self.send(message)
        except Broken:
            return False
        return True

    def hear(self) -> dict[str, Any] | None:
        """Receive the message of one frame; None once the other side has gone."""
        try:
            return self.receive()[0]
        except Broken:
            return None

    def _header(self) -> tuple[bytes, list[int]]:
        try:
            header, ancillary, _, _ = self.end.recvmsg(HEADER.size, socket.CMSG_LEN(4 * MAX_DESCRIPTORS))
        except OSError as error:
            raise Broken(f"no answer ({error})") from None
        found = array.array("i")
        for _, _, data in ancillary:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
        if not header:
            raise Broken("the other side has gone")
        return header + self._exactly(HEADER.size - len(header)), list(found)

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            try:
                chunk = self.end.recv(min(count - len(data), 1 << 20))
            except OSError as error:
                raise Broken(f"no answer ({error})") from None
            if not chunk:
                raise Broken("the other side has gone in the middle of a message")
            data += chunk
        return bytes(data)
