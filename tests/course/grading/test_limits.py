"""Limits are charged to the submission: what others hold the processors is not its time."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from day89.course.grading.limits import hurried
from day89.processes.stopwatch import Stopwatch, stretched

SPIN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


@pytest.mark.skipif(sys.platform != "linux", reason="schedstat is Linux's")
def test_waiting_for_a_processor_is_not_charged():
    # On one processor, with four others that spin there too: a fifth of the time is its own.
    one = {min(os.sched_getaffinity(0))}
    others = [subprocess.Popen([sys.executable, "-c", SPIN.format(seconds=30)]) for _ in range(4)]
    mine = subprocess.Popen([sys.executable, "-c", SPIN.format(seconds=0.5)])
    try:
        for process in (*others, mine):
            os.sched_setaffinity(process.pid, one)
        watch = Stopwatch(mine.pid)
        while mine.poll() is None:
            charged, wall = watch.charged, watch.wall
            time.sleep(0.01)
        ended = watch.charged
    finally:
        for process in (*others, mine):
            process.kill()
            process.wait()
    assert wall > 1.0
    assert charged < 0.6 * wall
    assert ended < 0.6 * wall  # a process that has ended has waited all the same


def test_sleeping_is_charged():
    watch = Stopwatch(os.getpid())
    time.sleep(0.2)
    assert watch.wall >= 0.2
    assert watch.left(0.1, 60) < watch.left(30, 60)
    assert watch.left(60, 0.1) == 0.0


def test_a_wait_is_stretched_on_a_busy_machine_and_never_shortened():
    assert 5 <= stretched(5) <= 50
    assert 5 <= stretched(5, 7) <= 7


def test_after_two_timeouts_the_rest_of_a_task_is_hurried_and_still_judged(graded):
    result = graded(
        "def list_keys(key):\n    if key == 'nowhere':\n        raise LookupError(key)\n    while True: pass\n"
    )
    assert [check.outcome for check in result.tasks[0].checks] == ["timeout", "timeout", "passed"]


def test_what_is_hurried_keeps_a_fifth_and_two_seconds_at_least():
    assert [hurried(seconds) for seconds in (60, 10, 1)] == [12, 2, 1]
