"""Find the sentence of a task's docstring that asks for what a check looks at."""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections import Counter
from pathlib import Path

from day89.course.exercise.files import course_file
from day89.course.exercise.submission import parse
from day89.course.exercise.tasks import Task

__all__ = ["check_docstring", "sentence_for"]

STEM = 5  # letters by which two forms of a word are told to be one
LEVELS = ("Core:", "Mastery:")


def check_docstring(folder: Path, name: str, task: str) -> str:
    """Return what a check says of itself, or ``""``.

    Args:
        folder: folder of the checks.
        name: its name, such as ``"lists_every_page"``.
        task: id of its task.
    """
    for file in sorted(folder.glob("test_exercise_*.py")):
        for node in ast.walk(parse(file.read_bytes(), str(file))):
            if isinstance(node, ast.FunctionDef) and node.name == f"test_{name}" and task in ast.unparse(node):
                return " ".join((ast.get_docstring(node) or "").split())
    return ""


def sentence_for(task: Task, level: str, words: str) -> str:
    """Return the sentence of a task's docstring that has most in common with some words; rare ones count more.

    Args:
        task: the task.
        level: ``"core"`` or ``"mastery"``: a sentence under the other heading counts less.
        words: the name of a check, what it says of itself, what it expected.
    """
    items = _items(_docstring(task))
    common = Counter(stem for _, text in items for stem in _stems(text))
    asked = _stems(words)

    def score(item: tuple[str, str]) -> float:
        heading, text = item
        shared = sum(math.log(1 + len(items) / common[stem]) for stem in asked & _stems(text))
        return shared * (1.0 if heading in ("", level) else 0.6) / math.sqrt(1 + len(_stems(text)))

    return max(items, key=score)[1] if items else ""


def _docstring(task: Task) -> str:
    for node in parse(course_file("solution.py").read_bytes(), "solution.py").body:
        if isinstance(node, ast.FunctionDef) and node.name == task.function:
            return inspect.cleandoc(ast.get_docstring(node) or "")
    return ""


def _items(docstring: str) -> list[tuple[str, str]]:
    """Return the sentences with the heading under which they stand: core, mastery or none."""
    found, heading = [], ""
    for block in re.split(r"\n\s*\n|\n(?=\s*- )|\n(?=\s{4}\w+: )|\n(?=\w+:)", docstring):
        text = " ".join(block.split()).removeprefix("- ")
        for level in LEVELS:
            if text.startswith(level):
                heading, text = level[:-1].lower(), text.removeprefix(level).strip().removeprefix("- ")
        if re.match(r"(Args|Returns|Raises):", text):
            heading = ""
        found += [(heading, one) for one in re.split(r"(?<=[.;]) (?=[A-Z])", text) if len(one.split()) > 1]
    return found


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"[a-z0-9]{3,}", text.lower().replace("_", " "))}
