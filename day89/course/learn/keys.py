"""The terminal: keys without Enter, one whole frame at a time, everything as it was at the end."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import termios
import time
import tty
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType

__all__ = ["KeyTerminal", "is_capable", "split_keys"]

CLEAR = "\x1b[2J\x1b[H"
ESCAPE_SECONDS = 0.05  # how long the rest of an escape sequence may take, over a slow line
SEQUENCES = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down",
    b"\x1b[5~": "page up", b"\x1b[6~": "page down", b"\x1b[H": "home", b"\x1bOH": "home", b"\x1b[F": "end",
    b"\x1bOF": "end", b"\r": "enter", b"\n": "enter", b"\x7f": "backspace", b"\x08": "backspace", b"\x1b": "escape",
    b" ": "space", b"\x04": "q",
}  # fmt: skip
ONE_KEY = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1bO.|\x1b|[\xc0-\xff][\x80-\xbf]+|.", re.DOTALL)
COLORS = ((re.compile(r"^x  .*|^Worked before.*"), "31"), (re.compile(r"^ok  .*"), "32"))
STRONG = re.compile(r"^(?:What |Hint |day89 |The |FIRST HOUR)")


def is_capable() -> bool:
    """Return whether this process has a terminal that can be cleared and asked for keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")


def split_keys(data: bytes) -> list[str]:
    """Return the keys that a terminal has sent: a letter each, or the name of a key such as ``up``."""
    keys = []
    for match in ONE_KEY.finditer(data):
        raw = match[0]
        name = SEQUENCES.get(raw, "" if raw.startswith(b"\x1b") else raw.decode("utf-8", "ignore"))
        if name.isprintable() and name:
            keys.append(name)
    return keys


class KeyTerminal:
    """The user's terminal in cbreak mode; use it as a context manager.

    Args:
        color: colour the marks.
    """

    def __init__(self, color: bool = False) -> None:
        self._in = sys.stdin.fileno()
        self._color = color
        self._keys: deque[str] = deque()
        self._saved: list[object] | None = None
        self._wake, self._waker = os.pipe()
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> KeyTerminal:
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        for number in (signal.SIGWINCH, signal.SIGCONT):
            self._handlers[number] = signal.signal(number, self._woken)
        self._enter_mode()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave_mode()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._wake)
        os.close(self._waker)
        print(flush=True)

    def _enter_mode(self) -> None:
        self._saved = termios.tcgetattr(self._in)
        tty.setcbreak(self._in)

    def _leave_mode(self) -> None:
        if self._saved is not None:
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._saved)  # type: ignore[arg-type]
            self._saved = None

    def _woken(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGCONT and self._saved is not None:
            tty.setcbreak(self._in)  # the shell has put its own settings back
        os.write(self._waker, b"!")

    def size(self) -> tuple[int, int]:
        """Return columns and lines, as they are now."""
        try:
            width, height = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            width, height = 0, 0
        return width or 80, height or 24

    def draw(self, lines: Sequence[str]) -> None:
        """Clear the screen and show a frame. Scrollback, copying and links stay as the terminal has them."""
        text = CLEAR + "\n".join(self._painted(line) for line in lines)
        sys.stdout.write(text)
        sys.stdout.flush()

    def _painted(self, line: str) -> str:
        if not self._color:
            return line
        for pattern, color in COLORS:
            if pattern.match(line):
                return f"\x1b[{color}m{line}\x1b[0m"
        return f"\x1b[1m{line}\x1b[0m" if STRONG.match(line) else line

    def read(self, seconds: float) -> str | None:
        """Return the next key, ``resized``, ``closed``, or None where nothing comes in time."""
        if self._keys:
            return self._keys.popleft()
        ready, _, _ = select.select([self._in, self._wake], [], [], seconds)
        if self._wake in ready:
            os.read(self._wake, 64)
            return "resized"
        if not ready:
            return None
        data = self._read_bytes()
        if not data:
            return "closed"
        self._keys.extend(split_keys(data))
        return self._keys.popleft() if self._keys else None

    def _read_bytes(self) -> bytes:
        try:
            data = os.read(self._in, 1024)
        except OSError:  # the terminal has gone
            return b""
        until = time.monotonic() + ESCAPE_SECONDS
        while data.endswith((b"\x1b", b"\x1b[", b"\x1bO")) and (left := until - time.monotonic()) > 0:
            if select.select([self._in], [], [], left)[0]:
                data += os.read(self._in, 1024)
        return data

    def forget_keys(self) -> None:
        """Drop what was typed while checks ran: it was meant for another screen."""
        self._keys.clear()
        termios.tcflush(self._in, termios.TCIFLUSH)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Lend the terminal, as it was, to another program."""
        self._leave_mode()
        sys.stdout.write(CLEAR)
        sys.stdout.flush()
        try:
            yield
        finally:
            self._enter_mode()
