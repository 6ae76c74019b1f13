"""Run one check in this process, with the terminal and all the time that a debugger needs."""

from __future__ import annotations

import ast
import bdb
import pdb
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from day89.course.checks.expectations import NotStarted, Wrong
from day89.course.checks.learner import InProcess
from day89.course.exercise.files import checks_folder
from day89.course.exercise.tasks import Task
from day89.course.grading import plugin, reporter
from day89.errors import ToolError

__all__ = ["debug_check", "has_breakpoint"]

BREAKPOINTS = ("breakpoint", "set_trace")


def has_breakpoint(tree: ast.Module) -> bool:
    """Return whether a file calls ``breakpoint()`` or ``set_trace()`` somewhere."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(getattr(call, "id", getattr(call, "attr", "")) in BREAKPOINTS for call in calls)


def debug_check(path: Path, task: Task, check: str, seed: int, *, stop_at_entry: bool) -> Wrong | None:
    """Run one check of a task on a file; its breakpoints stop on this terminal.

    Args:
        path: the file.
        task: the task.
        check: name of the check.
        seed: seed of made-up names and contents.
        stop_at_entry: stop where the task's function begins, too.

    Returns:
        What is wrong with the answer, or None where the check passes or the debugger was quit.

    Raises:
        BaseException: what the check raised beside that.
    """
    with tempfile.TemporaryDirectory(prefix="day89-") as folder:
        job = {"checks": str(checks_folder()), "folder": folder, "place": folder, "tasks": [task.id], "seed": seed}
        one = _OneCheck(task, check, stop_at_entry)
        reporter.prepare(job)
        pytest.main([*reporter.arguments(job), f"--submission={path.resolve()}", f"--seed={seed}"], plugins=[one])
    if not one.ran:
        raise ToolError(f"the check {check} of task {task.id} did not run")
    if one.error is None or isinstance(one.error, Wrong):
        return one.error
    if isinstance(one.error, NotStarted):
        return Wrong(called=task.function, expected="an answer", found="its stub")
    raise one.error


class _OneCheck:
    """A pytest plugin that runs one check and keeps what it raised."""

    def __init__(self, task: Task, check: str, stop_at_entry: bool) -> None:
        self.task, self.check, self.stop_at_entry = task, check, stop_at_entry
        self.error: BaseException | None = None
        self.ran = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Leave the terminal to the learner and the debugger: pytest reports nothing."""
        config.pluginmanager.unregister(name="terminalreporter")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave only the check."""
        items[:] = [item for item in items if item.name == f"test_{self.check}" and self._is_of_task(item)][:1]

    def _is_of_task(self, item: pytest.Item) -> bool:
        marker = item.get_closest_marker("task")
        return marker is not None and marker.args[0] == self.task.id

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Have the debugger wait at the first line of the task's function."""
        side = plugin.side_of(session.config)
        function = getattr(side.module, self.task.function, None) if isinstance(side, InProcess) else None
        if self.stop_at_entry and isinstance(side, InProcess) and callable(function):
            setattr(side.module, self.task.function, _stopping(function))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Keep what the check raised; quitting the debugger is no failure."""
        self.ran = True
        try:
            return (yield)
        except BaseException as error:
            made = item.stash.get(plugin.TASK, None)
            raised = made.raised if made is not None and made.raised is not None else error
            self.error = None if isinstance(raised, bdb.BdbQuit | pytest.exit.Exception) else error
            return None

    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """Keep what went wrong before the check began."""
        if call.excinfo is not None and call.when == "setup":
            self.error, self.ran = call.excinfo.value, True


def _stopping(function: Any) -> Any:
    def stopped(*arguments: Any, **keywords: Any) -> Any:
        return pdb.Pdb(nosigint=True).runcall(function, *arguments, **keywords)

    return stopped
