"""Find what a task says: its docstring in the course's own text, its section of the lesson, its line in a file."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path

from day89.course.exercise.files import back_up, course_file
from day89.course.exercise.stub import cut, reset
from day89.course.exercise.submission import read
from day89.course.exercise.tasks import Task, tasks

__all__ = ["docstring", "line_of", "pristine", "put_stub_back", "section"]


@cache
def pristine(form: str) -> str:
    """Return the text of exercise.py as the course gives it, in the form ``gaps`` or ``bare``."""
    return cut(course_file("solution.py").read_text("utf-8"), tasks(), form)


def docstring(task: Task) -> str:
    """Return a task's docstring, as the course gives it."""
    for node in ast.parse(pristine("bare")).body:
        if isinstance(node, ast.FunctionDef) and node.name == task.function:
            return inspect.cleandoc(ast.get_docstring(node) or "")
    return ""


def put_stub_back(path: Path, task: Task) -> None:
    """Put a task's bare stub back into a file, and keep the file as it was beside it.

    Raises:
        OSError: it cannot be written.
        Unreadable: it cannot be parsed.
    """
    text = read(path).data.decode("utf-8-sig")
    back_up(path)
    path.write_text(reset(text, pristine("bare"), task.function), encoding="utf-8")


def line_of(tree: ast.Module, function: str) -> int | None:
    """Return the line on which a function begins, or None where there is none; the last one counts."""
    lines = [node.lineno for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return lines[-1] if lines else None


def section(task: Task, folder: Path) -> str:
    """Return the section of the lesson that a task names, or ``""`` where it cannot be found.

    Args:
        task: the task.
        folder: the course folder, whose own ``lesson.md`` is taken where there is one.
    """
    own = folder / "lesson.md"
    try:
        lines = (own if own.is_file() else course_file("docs/lesson.md")).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    kept: list[str] = []
    level, fenced = 0, False
    for line in lines:
        fenced ^= line.startswith("```")
        depth = 0 if fenced else len(line) - len(line.lstrip("#"))
        if level and depth and depth <= level:
            break
        if not level and depth and line.lstrip("#").strip() == task.lesson:
            level = depth
        if level:
            kept.append(line)
    return "\n".join(kept)
