"""A submission's waiting passes at once where nothing real goes on, and in real time everywhere else."""

from __future__ import annotations

import datetime
import queue
import random
import socket
import threading
import time
import types
from collections.abc import Callable, Iterator

import pytest

from day89.course.checks.virtual_clock import REAL, VirtualClock, late_bound

real_now: Callable[[], float] = REAL["monotonic"]


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    made = VirtualClock()
    with made.running(lambda seconds: True):
        yield made


def asleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def timed_out_event(seconds: float) -> str:
    return f"set: {threading.Event().wait(seconds)}"


def timed_out_queue(seconds: float) -> str:
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=seconds)
    return "empty"


def joined(seconds: float) -> str:
    thread = threading.Thread(target=time.sleep, args=(seconds,))
    thread.start()
    thread.join()
    return f"alive: {thread.is_alive()}"


def unanswered(seconds: float) -> str:
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(seconds)
        with pytest.raises(TimeoutError):
            here.recv(1)
    return "timed out"


WAITS = (asleep, timed_out_event, timed_out_queue, joined, unanswered)


@pytest.mark.parametrize("wait", WAITS)
def test_a_wait_takes_its_time_on_the_clock_and_none_in_reality(
    clock: VirtualClock, wait: Callable[[float], str]
) -> None:
    began, seen, today = real_now(), time.monotonic(), datetime.datetime.now()
    wait(300.0)
    assert 300 <= time.monotonic() - seen < 330
    assert datetime.timedelta(seconds=299) < datetime.datetime.now() - today < datetime.timedelta(seconds=330)
    assert real_now() - began < 60


@pytest.mark.parametrize("wait", WAITS)
def test_the_same_program_leaves_the_same_trace_under_real_and_virtual_time(wait: Callable[[float], str]) -> None:
    real = wait(0.05)
    with VirtualClock().running(lambda seconds: True):
        assert wait(0.05) == real


def test_nothing_is_skipped_while_the_world_is_busy() -> None:
    asked: list[float] = []
    made = VirtualClock()
    with made.running(lambda seconds: bool(asked.append(seconds))):
        time.sleep(0.05)
    assert made.skipped == 0
    assert asked


def test_nothing_is_skipped_while_another_thread_of_the_submission_works(clock: VirtualClock) -> None:
    stop, rounds = threading.Event(), [0]

    def work() -> None:
        while not stop.is_set():
            rounds[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    skipped = clock.skipped
    stop.set()
    thread.join()
    assert skipped == 0
    assert rounds[0]


def test_what_the_cloud_does_in_a_thread_of_the_submission_is_not_its_waiting(clock: VirtualClock) -> None:
    with clock.aside():
        time.sleep(0.02)
    assert clock.skipped == 0


def test_a_notify_between_two_looks_is_not_lost(clock: VirtualClock) -> None:
    condition, got = threading.Condition(), []

    def waiter() -> None:
        with condition:
            got.append(condition.wait(1000))

    thread = threading.Thread(target=waiter)
    with condition:
        thread.start()
    time.sleep(1)
    with condition:
        condition.notify()
    thread.join()
    assert got == [True]


def test_threads_wake_in_the_order_of_their_moments(clock: VirtualClock) -> None:
    moments = random.Random(1).sample(range(10, 500, 10), 20)  # far apart: the threads do not start at one moment
    woken: list[int] = []

    def sleeper(moment: int) -> None:
        time.sleep(moment)
        woken.append(moment)

    threads = [threading.Thread(target=sleeper, args=(moment,)) for moment in moments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert woken == sorted(moments)


def test_names_bound_at_import_follow_the_clock() -> None:
    module = types.ModuleType("learners")
    with late_bound():
        exec("from time import monotonic, sleep", module.__dict__)
    with VirtualClock().running(lambda seconds: True):
        began = module.monotonic()
        module.sleep(100)
        assert module.monotonic() - began >= 100


def test_everything_is_as_before_afterwards() -> None:
    before = (time.sleep, time.monotonic, threading.Condition.wait, threading.Thread.start, socket.socket.recv)
    with VirtualClock().running(lambda seconds: True):
        time.sleep(10)
    after = (time.sleep, time.monotonic, threading.Condition.wait, threading.Thread.start, socket.socket.recv)
    assert after == before
    assert abs(datetime.datetime.now().timestamp() - REAL["time"]()) < 5
