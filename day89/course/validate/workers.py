"""Grade many submissions of our own, a few at a time, each time in the same warm processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from day89.course.exercise.tasks import choose
from day89.course.grading.grade import EVERYTHING, grade
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import Check, CheckResult, SubmissionResult
from day89.course.validate.plan import Job
from day89.course.validate.variants import build
from day89.errors import ToolError

if TYPE_CHECKING:
    from day89.course.boundary.spawn import Confinement

__all__ = ["Bench"]


class Bench:
    """The warm processes that grade jobs; a context manager.

    Args:
        solution: text of ``solution.py``.
        seed: seed of made-up names and contents.
        width: how many submissions are graded at the same time.
        confinement: how submissions are kept in a process of their own; None runs them in the grader's child.
        checks: folder of the checks; None is the course's own.
    """

    def __init__(
        self,
        solution: str,
        seed: int,
        width: int,
        confinement: Confinement | None = None,
        checks: Path | None = None,
        real_time: bool = False,
    ) -> None:
        self._solution = solution
        self._seed = seed
        self._checks = checks
        self._width = width
        self._stack = ExitStack()
        self._stopped = threading.Event()
        self._idle: SimpleQueue[WarmServer] = SimpleQueue()
        self._all = [WarmServer(EVERYTHING, confinement, real_time=real_time) for _ in range(width)]

    def __enter__(self) -> Bench:
        for supervisor in self._all:
            self._idle.put(self._stack.enter_context(supervisor))
        # One pool for the whole time: a warm process ends with the thread that started it.
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self._width))
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def run(self, jobs: Sequence[Job], report: Callable[[Job], None]) -> Iterator[tuple[Job, SubmissionResult]]:
        """Grade jobs, and yield each with its result as soon as it is done.

        Args:
            jobs: what to grade; the longest should come first.
            report: told of each job that is done.
        """
        waiting = {self._threads.submit(self._grade, job): job for job in jobs}
        try:
            for done in as_completed(waiting):
                report(waiting[done])
                yield waiting[done], done.result()
        except BaseException:  # Ctrl-C above all: what the threads wait for must not keep the user waiting
            self._stopped.set()
            for future in waiting:
                future.cancel()
            for supervisor in self._all:
                supervisor.kill()
            raise

    def _grade(self, job: Job) -> SubmissionResult:
        supervisor = self._idle.get()
        try:
            path = supervisor.folder / "variant" / "exercise.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(job.source or build(self._solution, job.variants), "utf-8")
            tasks = choose(list(job.tasks), None)
            own = job.seed is not None
            seed = job.seed if job.seed is not None else self._seed
            return grade(
                path,
                tasks,
                seed,
                checks=self._checks,
                supervisor=supervisor,
                watch=self._watch,
                shuffle=own,
                follow=False,
            )
        finally:
            self._idle.put(supervisor)

    def _watch(self, check: Check, result: CheckResult) -> None:
        if self._stopped.is_set():
            raise ToolError("interrupted")
