"""Fingerprints of what made a result: whoever resumes a run knows what has changed since."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from day89 import __version__
from day89.course.exercise.tasks import Task

__all__ = ["fingerprints", "why_again"]

LETTERS = 16
RUN_AGAIN = ("not_run", "tool_error")


def fingerprints(tasks: Sequence[Task], folder: Path) -> dict[str, str]:
    """Return a fingerprint of each task: of its checks with what they import, its table entry and the course's version.

    Args:
        tasks: the tasks.
        folder: folder of the checks.
    """
    sources = {file: file.read_bytes() for file in sorted(folder.glob("*.py"))}
    return {task.id: _fingerprint(task, sources) for task in tasks}


def _fingerprint(task: Task, sources: Mapping[Path, bytes]) -> str:
    marked = f'task("{task.id}"'.encode()
    own = [file for file, text in sources.items() if marked in text]
    used = {file for one in own for file in _imported(one, sources)}
    digest = hashlib.sha256(f"{__version__} {json.dumps(asdict(task), sort_keys=True)}".encode())
    for file in sorted(used, key=lambda file: file.name):
        digest.update(file.name.encode() + sources[file])
    return digest.hexdigest()[:LETTERS]


def _imported(file: Path, sources: Mapping[Path, bytes]) -> Iterator[Path]:
    """Yield a file and all that it imports from its own folder."""
    seen, left = set(), [file]
    while left:
        one = left.pop()
        if one in seen or one not in sources:
            continue
        seen.add(one)
        yield one
        for node in ast.walk(ast.parse(sources[one])):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            left += [file.with_name(f"{name}.py") for name in names]


def why_again(entry: Mapping[str, Any], wanted: Mapping[str, str]) -> str | None:
    """Return why a submission has to be graded again, or None where its entry still holds.

    Args:
        entry: its entry in the result file.
        wanted: the fingerprints of the tasks that are asked for.
    """
    tasks = {task["id"]: task for task in entry["tasks"]}
    if tasks.keys() != wanted.keys():
        return "other tasks are asked for"
    if any(check.get("outcome") in RUN_AGAIN for task in tasks.values() for check in task["checks"]):
        return "checks had not been judged"
    known = entry.get("fingerprint") or {}
    changed = [id for id, task in tasks.items() if known.get(id) != wanted[id] and task["status"] != "not_started"]
    return f"{', '.join(changed)} changed" if changed else None
