"""Judge one file again and again, with a warm process in between: the seam between the loop and the grader."""

from __future__ import annotations

import ast
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from day89.course.exercise.files import checks_folder
from day89.course.exercise.submission import Submission
from day89.course.exercise.tasks import Task, tasks
from day89.course.grading.grade import EVERYTHING, grade
from day89.course.grading.run import Run, Watcher
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import SubmissionResult
from day89.errors import ToolError

__all__ = ["TaskJudge"]


class _WarmSupervisor(WarmServer):
    """A supervisor that is warmed up by a thread; the first submission that has to run waits for that."""

    def __init__(self) -> None:
        super().__init__(EVERYTHING)
        self.warming: threading.Thread | None = None
        self.is_closing = False

    def start(self) -> None:
        """Start the server, but not again once the learner has quit."""
        if self.is_closing:
            raise ToolError("the learner has quit")
        super().start()

    def hand_in(self, path: Path, data: bytes) -> Path:
        """Wait, unless it is the thread that asks."""
        if self.warming is not None and threading.current_thread() is not self.warming:
            self.warming.join()
            self.warming = None
        return super().hand_in(path, data)


class TaskJudge:
    """A warm grading process for one learner; use it as a context manager.

    Args:
        path: the learner's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._supervisor = _WarmSupervisor()

    def __enter__(self) -> TaskJudge:
        self._supervisor.start()
        self._supervisor.warming = threading.Thread(target=self._warm_up, daemon=True)
        self._supervisor.warming.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        warming = self._supervisor.warming
        if warming is not None and warming.is_alive():
            self._supervisor.is_closing = True
            self._supervisor.kill_server()
            warming.join()
        self._supervisor.__exit__(kind, error, trace)

    def judge(self, chosen: Sequence[Task], seed: int, watch: Watcher | None = None) -> SubmissionResult:
        """Judge tasks of the file as it is now; each check also tells its AWS calls and its prints.

        Args:
            chosen: the tasks.
            seed: seed of made-up names and contents.
            watch: told of each check that has ended.

        Raises:
            ToolError: the grading process cannot be started.
        """
        try:
            return grade(self.path, chosen, seed, supervisor=self._supervisor, watch=watch, own=True)
        except KeyboardInterrupt:
            self._supervisor.stop()  # its child may go on for ever; the next judgement starts anew
            raise

    def _warm_up(self) -> None:
        """Have the checks of all tasks collected: a submission that is not there is told only after that."""
        nothing = Submission(Path("nothing.py"), b"", "", ast.Module([], []))
        run = Run(nothing, tasks(), 0, checks_folder(), None, float("inf"))
        try:
            run.go(self._supervisor)
        except Exception:  # the learner has quit meanwhile; other trouble comes up again in the first judgement
            return
