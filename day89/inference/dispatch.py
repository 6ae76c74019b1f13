"""Decide which thread answers a request: the loop's own where the model is quick, one of several where it may wait.

Handing a request to a thread and waking the loop again costs more than an ONNX model, its validation and its JSON
together. So what is known to be quick is answered where it was read; everything else goes to threads, as in waitress.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher

__all__ = ["Dispatcher"]

logger = logging.getLogger(__name__)
# What an answer on the loop's thread may take: in work, on average (not in time: another program may have the
# processor), and in time, where it waited after all, such as for the disk of the log.
QUICK_SECONDS = 0.002
LONG_SECONDS = 0.1
SHARE = 1 / 8  # of the newest answer in the average
THREADS_SECONDS = 1.0  # how long all goes to threads once it took more


class Dispatcher(ThreadedTaskDispatcher):
    """Answer here or in a thread.

    The loop answers nobody else meanwhile, so it answers itself only as long as that takes next to nothing: beyond
    ``QUICK_SECONDS`` or ``LONG_SECONDS`` all go to the threads for a while.
    """

    def __init__(self, is_quick: Callable[[Any], bool], threads: int) -> None:
        """Start the threads.

        Args:
            is_quick: says of a request, as waitress has parsed it, that its answer neither waits nor takes long.
            threads: how many requests are worked on at once where they are not quick.
        """
        super().__init__()
        self._is_quick, self._loop = is_quick, 0
        self._here: deque[HTTPChannel] = deque()
        self._average = self._threads_until = 0.0
        self.set_thread_count(threads)

    def enter_loop(self) -> None:
        """Take the present thread for the loop's."""
        self._loop = threading.get_ident()

    @property
    def has_work_here(self) -> bool:
        """Say whether ``answer_here`` has something to do."""
        return bool(self._here)

    def add_task(self, task: HTTPChannel) -> None:
        """Take a channel that has a request."""
        here = threading.get_ident() == self._loop and time.monotonic() >= self._threads_until
        request = task.requests[0]
        if here and not request.error and self._is_quick(request):
            self._here.append(task)  # not now: waitress holds the channel's lock
            return
        with self.lock:  # as in waitress, without its warning: more requests than threads is what a queue is for
            self.queue.append(task)
            self.queue_cv.notify()

    def answer_here(self) -> None:
        """Answer what has come for this thread; called by the loop between two looks at its connections."""
        for _ in range(len(self._here)):
            start, worked = time.monotonic(), time.thread_time()
            try:
                self._here.popleft().service()
            except Exception:  # as in waitress: one connection must not end the loop
                logger.exception("a request failed")
            self._average += SHARE * (time.thread_time() - worked - self._average)
            if self._average > QUICK_SECONDS or time.monotonic() - start > LONG_SECONDS:
                self._average, self._threads_until = 0.0, time.monotonic() + THREADS_SECONDS
