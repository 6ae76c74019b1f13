"""Answer ``breakpoint()`` and ``input()`` where checks run without a terminal: say what to do instead."""

from __future__ import annotations

import builtins
import linecache
import pdb
import sys
from typing import Any, NoReturn

__all__ = ["BreakpointReached", "install"]


class BreakpointReached(BaseException):
    """A breakpoint in the learner's code. Not an ``Exception``: no ``except Exception`` of an answer takes it.

    Args:
        line: the line where it stands.
        code: that line's text.
    """

    def __init__(self, line: int, code: str) -> None:
        super().__init__(f"a breakpoint in line {line}")
        self.line = line
        self.code = code


def install(*, ignore_breakpoints: bool = False) -> None:
    """Replace ``breakpoint``, ``pdb.set_trace`` and ``input`` for the rest of this process.

    Args:
        ignore_breakpoints: go on at a breakpoint, as PYTHONBREAKPOINT=0 has it.
    """
    hook: Any = _pass if ignore_breakpoints else _stop
    sys.breakpointhook = pdb.set_trace = hook
    builtins.input = _no_keyboard


def _stop(*_: Any, **__: Any) -> NoReturn:
    frame = sys._getframe(1)
    code = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    raise BreakpointReached(frame.f_lineno, code)


def _pass(*_: Any, **__: Any) -> None:
    return None


def _no_keyboard(prompt: object = "", /) -> NoReturn:
    if prompt:
        print(prompt)
    raise EOFError("input() has no keyboard here, checks run without one: take the values from the arguments")
