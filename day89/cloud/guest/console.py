"""Write what an instance prints into its console log, which must not grow without end."""

from __future__ import annotations

import contextlib
import os
import stat

__all__ = ["Console"]

MOST_BYTES = 4 << 20
KEPT_BYTES = 64 << 10  # what get_console_output shows
ROUNDS = 32  # of 64 KiB: more than a pipe holds
CUT = b"[day89: more than 4 MiB were printed; what came before is cut]\n"


class Console:
    """The pipe that programs print to and the log behind it."""

    def __init__(self, log: str, pipe: str) -> None:
        """Open the log and the pipe, where they are still what the owner made.

        The pipe has a name because ``/dev/console`` of the instance is a link to it.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        self.log = os.open(log, flags, 0o644)
        if not stat.S_ISREG(os.fstat(self.log).st_mode):
            raise OSError("the console log is no file")
        self.size = os.fstat(self.log).st_size
        self.reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        if not stat.S_ISFIFO(os.fstat(self.reader).st_mode):
            raise OSError("the console is no pipe")
        self.writer = os.open(pipe, os.O_WRONLY | os.O_NOFOLLOW)

    def say(self, text: str) -> None:
        """Write a line of ours."""
        self._write(text.encode() + b"\n")

    def drain(self) -> bool:
        """Write what has been printed so far into the log."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(ROUNDS):
                self._write(os.read(self.reader, 1 << 16))
        return True

    def _write(self, data: bytes) -> None:
        if self.size + len(data) > MOST_BYTES:
            tail = (os.pread(self.log, KEPT_BYTES, max(0, self.size - KEPT_BYTES)) + data)[-KEPT_BYTES:]
            os.ftruncate(self.log, 0)
            self.size, data = 0, CUT + tail
        with contextlib.suppress(OSError):  # the disk is full: what cannot be kept is lost
            self.size += os.write(self.log, data)
