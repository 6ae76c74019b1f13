"""Let a submission's waiting pass at once where nothing real goes on: its clock jumps to the next moment that is due.

The submission sees real time plus what was skipped. Its waits (sleep, conditions, joins, reads of sockets) are recorded
with the moment at which they are due. When each of its threads waits, and the world is *still* (no program runs on any
instance, none is about to start or end), only time can bring anything about: the clock jumps to the next due moment.
Anywhere else time is real. A wait that is not known here (a subprocess, a selector, a busy loop) counts as work.
"""

from __future__ import annotations

import ctypes
import datetime
import functools
import gc
import math
import queue
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["CLOCK", "SLEEP_SECONDS", "VirtualClock", "late_bound"]

SLICE_SECONDS = 0.02  # how often a wait looks whether the world has become still
SLEEP_SECONDS = 0.1  # a sleep at most, where states pass by Describe calls and not by seconds
GRACE_SECONDS = 0.002  # two looks so far apart must find all still
NAMES = ("time", "monotonic", "perf_counter")
EVERY_NAME = (*NAMES, *(f"{name}_ns" for name in NAMES))
REAL = {name: getattr(time, name) for name in EVERY_NAME}
_wait, _start, _join = threading.Condition.wait, threading.Thread.start, threading.Thread.join
_recv, _recv_into = socket.socket.recv, socket.socket.recv_into
_monotonic, _sleep = time.monotonic, time.sleep


class VirtualClock:
    """The clock of a submission: how much was skipped, and which of its threads waits until when.

    Attributes:
        skipped: seconds that were skipped since it began to run.
        jumps: how often it has jumped.
    """

    def __init__(self) -> None:
        self.on = False
        self.skipped = 0.0
        self.jumps = 0
        self.longest = math.inf
        self._still: Callable[[float], bool] = lambda seconds: False
        self._told: Callable[[float], None] = lambda seconds: None
        self._lock = threading.Lock()
        self._waits: dict[int, tuple[float, Callable[[], bool]]] = {}  # thread to due moment and "it has happened"
        self._members: set[threading.Thread] = set()
        self._aside = threading.local()

    def now(self) -> float:
        """Return the submission's monotonic time."""
        return _monotonic() + self.skipped

    def mine(self) -> bool:
        """Return whether this thread is one of the submission's, and at its own work."""
        return self.on and threading.current_thread() in self._members and not getattr(self._aside, "depth", 0)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Count what this thread does, and what it starts, as the cloud's work and not as the submission's waiting."""
        self._aside.depth = getattr(self._aside, "depth", 0) + 1
        try:
            yield
        finally:
            self._aside.depth -= 1

    def join(self, thread: threading.Thread) -> None:
        """Count a thread as one of the submission's from now on: it is at work until it waits."""
        self._members.add(thread)

    def leave(self, thread: threading.Thread) -> None:
        """Count a thread as one of the submission's no longer."""
        self._members.discard(thread)

    def wait(
        self, seconds: float | None, look: Callable[[float], bool], happened: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until something has happened, or until it is due.

        Args:
            seconds: how long at most; None is for ever.
            look: waits so many real seconds, and returns whether it has happened.
            happened: returns whether it has, asked by other threads: who was woken and did not run yet is at work.

        Returns:
            Whether it has happened.
        """
        if seconds is not None and seconds <= 0:
            return look(0)
        me, due = threading.get_ident(), math.inf if seconds is None else self.now() + seconds
        self._waits[me], pause = (due, happened), 0.0005
        try:
            while (left := due - self.now()) > 0:
                if look(min(left, pause)):
                    return True
                pause = pause if self._jump() else min(SLICE_SECONDS, pause * 2)
            return look(0)
        finally:
            self._waits.pop(me, None)

    def _jump(self) -> bool:
        """Go to the next due moment where all is still; return whether it was."""
        if not self._all_wait():
            return False
        _sleep(GRACE_SECONDS)
        with self._lock:
            if not self._all_wait():
                return False
            step = min((due for due, _ in list(self._waits.values())), default=math.inf) - self.now()
            if step <= 0:
                return True
            if not math.isfinite(step) or not self._still(step):
                return False
            self.skipped += step
            self.jumps += 1
        self._told(step)
        return True

    def _all_wait(self) -> bool:
        # One that is being started is not alive yet, and at work all the same.
        at_hand = [one for one in list(self._members) if one.is_alive() or not _has_started(one)]
        waits = [self._waits.get(thread.ident or 0) for thread in at_hand]
        return all(wait is not None and not wait[1]() for wait in waits)

    @contextmanager
    def running(
        self,
        still: Callable[[float], bool],
        told: Callable[[float], None] = lambda seconds: None,
        longest: float = math.inf,
    ) -> Iterator[None]:
        """Be this process's clock for as long as a block lasts; the thread that opens it is the submission's.

        Args:
            still: asked before so many seconds are skipped: whether nothing real goes on.
            told: told of each jump.
            longest: seconds that a sleep takes at most: where states pass by Describe calls, a caller that looks
                seldom gets to look often enough.
        """
        self._still, self._told, self.longest = still, told, longest
        self.skipped, self._waits = 0.0, {}
        self._members = {threading.current_thread()}
        self.on = True
        try:
            with _patched(self):
                yield
        finally:
            self.on = False


CLOCK = VirtualClock()


def _has_started(thread: Any) -> bool:
    return bool(thread._started.is_set())


@contextmanager
def _patched(clock: VirtualClock) -> Iterator[None]:
    """Replace what waits and what tells the time."""
    new: list[tuple[Any, str, Any]] = [
        *((time, name, functools.partial(_shifted, clock, REAL[name])) for name in NAMES),
        *((time, f"{name}_ns", functools.partial(_shifted_ns, clock, REAL[f"{name}_ns"])) for name in NAMES),
        # Bound where these modules were imported: Condition.wait_for, Semaphore, Queue.
        (threading, "_time", functools.partial(_of_this_thread, clock)),
        (queue, "time", functools.partial(_of_this_thread, clock)),
        (time, "sleep", _sleeping(clock, time.sleep)),
        (threading.Condition, "wait", _waiting(clock)),
        (threading.Thread, "start", _starting(clock)),
        (threading.Thread, "join", _joining(clock)),
        (socket.socket, "recv", _reading(clock, _recv)),
        (socket.socket, "recv_into", _reading(clock, _recv_into)),
    ]
    saved = [(owner, name, getattr(owner, name)) for owner, name, _ in new]
    for owner, name, value in new:
        setattr(owner, name, value)
    undo = _shift_datetime(clock)
    try:
        yield
    finally:
        undo()
        for owner, name, value in reversed(saved):
            setattr(owner, name, value)


def _sleeping(clock: VirtualClock, before: Callable[[float], None]) -> Any:
    def sleep(seconds: float) -> None:
        if not clock.mine():
            return before(seconds)
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        clock.wait(min(float(seconds), clock.longest), lambda part: bool(_sleep(part)))
        return None

    return sleep


class _Waiter:
    """What stands in a condition's list for one waiting thread; ``notify`` releases it."""

    def __init__(self) -> None:
        self.notified = False
        self._lock = threading.Lock()
        self._lock.acquire()

    def release(self) -> None:
        """Wake the thread."""
        self.notified = True
        self._lock.release()

    def wait(self, seconds: float) -> bool:
        """Wait so many real seconds; return whether the thread was woken."""
        return self.notified or self._lock.acquire(True, seconds)


def _waiting(clock: VirtualClock) -> Any:
    def wait(self: Any, timeout: float | None = None) -> bool:
        if not clock.mine():
            return _wait(self, timeout)
        # One waiter for the whole wait: a wait in slices loses what is notified between two of them.
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter, got = _Waiter(), False
        self._waiters.append(waiter)
        state = self._release_save()
        try:
            got = clock.wait(timeout, waiter.wait, lambda: waiter.notified)
            return got
        finally:
            self._acquire_restore(state)
            if not got:
                with suppress(ValueError):
                    self._waiters.remove(waiter)

    return wait


def _starting(clock: VirtualClock) -> Any:
    def start(self: threading.Thread) -> None:
        if clock.mine():
            clock.join(self)  # before it runs: it counts as being at work
        try:
            _start(self)
        except BaseException:
            clock.leave(self)
            raise

    return start


def _joining(clock: VirtualClock) -> Any:
    def join(self: threading.Thread, timeout: float | None = None) -> None:
        if not clock.mine():
            return _join(self, timeout)

        def ended(part: float) -> bool:
            _join(self, part)
            return not self.is_alive()

        clock.wait(timeout, ended, lambda: not self.is_alive())
        return _join(self, 0)

    return join


def _reading(clock: VirtualClock, real: Any) -> Any:
    def read(self: socket.socket, *arguments: Any) -> Any:
        timeout = self.gettimeout()
        if timeout == 0 or not clock.mine():
            return real(self, *arguments)

        def readable(part: float = 0) -> bool:
            return bool(select.select([self], [], [], part)[0])

        if not clock.wait(timeout, readable, readable):
            raise TimeoutError("timed out")
        return real(self, *arguments)

    return read


def _of_this_thread(clock: VirtualClock) -> float:
    return clock.now() if clock.mine() else _monotonic()


def _shifted(clock: VirtualClock, real: Callable[[], float]) -> float:
    return real() + clock.skipped


def _shifted_ns(clock: VirtualClock, real: Callable[[], int]) -> int:
    return real() + int(clock.skipped * 1e9)


def _shift_datetime(clock: VirtualClock) -> Callable[[], None]:
    """Shift ``datetime.now``; it is built in, so its methods are replaced in the dictionary behind its type."""
    table = gc.get_referents(datetime.datetime.__dict__)[0]
    real = {name: table[name] for name in ("now", "utcnow")}

    def now(cls: type, tz: Any = None) -> Any:
        found = real["now"].__get__(None, cls)(tz)
        return found + datetime.timedelta(seconds=clock.skipped) if clock.skipped else found

    def utcnow(cls: type) -> Any:
        found = real["utcnow"].__get__(None, cls)()
        return found + datetime.timedelta(seconds=clock.skipped) if clock.skipped else found

    def set_to(methods: dict[str, Any]) -> None:
        table.update(methods)
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))

    set_to({"now": classmethod(now), "utcnow": classmethod(utcnow)})
    return lambda: set_to(real)


@contextmanager
def late_bound() -> Iterator[None]:
    """Give a module that says ``from time import monotonic`` while it is loaded one that follows ``time.monotonic``."""
    real = {name: getattr(time, name) for name in (*EVERY_NAME, "sleep")}

    def follower(name: str) -> Any:
        def follow(*arguments: Any) -> Any:
            now = getattr(time, name)
            return (real[name] if now is follow else now)(*arguments)

        return follow

    for name in real:
        setattr(time, name, follower(name))
    try:
        yield
    finally:
        for name, value in real.items():
            setattr(time, name, value)
