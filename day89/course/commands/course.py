"""Look after the course's own files: ``day89 course check``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.submission import parse
from day89.course.exercise.tasks import mistakes, table_problems, tasks
from day89.course.results.results import LEVELS, Check
from day89.errors import ToolError, UsageError

__all__ = ["configure", "find_problems", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["check"], help="check: find what is inconsistent in tasks and checks")
    parser.add_argument("--checks", metavar="FOLDER", help="a folder of checks in place of the course's own")


def run(args: argparse.Namespace) -> int:
    """Print each problem as a sentence, or the course in a few lines; exit status 1 where there is a problem."""
    folder = Path(args.checks) if args.checks else checks_folder()
    found, checks = find_problems(folder)
    if found:
        print(*found, sep="\n")
        print(f"\n{len(found)} {'problem' if len(found) == 1 else 'problems'}")
        return 1
    weights: Counter[tuple[str, str]] = Counter()
    for check in checks:
        weights[check.task, check.level] += check.points  # type: ignore[assignment]
    for one in tasks():
        whole = sum(weights[one.id, level] for level in LEVELS)
        shares = ", ".join(f"{level} {one.points * weights[one.id, level] / whole:.2f}" for level in LEVELS)
        print(f"{one.id}  {one.function:<24}{one.points:g} points: {shares}")
    print(f"\n{len(tasks())} tasks, {len(checks)} checks, {sum(one.points for one in tasks()):g} points: consistent")
    return 0


def find_problems(folder: Path) -> tuple[list[str], list[Check]]:
    """Return what is inconsistent, a sentence each, and the checks as they are marked.

    Args:
        folder: the folder of the checks.
    """
    if found := table_problems():
        return found, []
    try:
        tasks()
    except UsageError as error:  # course.toml is not what it has to be
        return [str(error)], []
    found, checks = _collected(folder)
    ids = {one.id for one in tasks()}
    marked = {(check.task, check.level) for check in checks}
    if not found:
        found += [
            f"{id}: there is no {level} check" for id in sorted(ids) for level in LEVELS if (id, level) not in marked
        ]
    for name in ("exercise.py", "solution.py"):
        defined = {getattr(node, "name", "") for node in parse(course_file(name).read_bytes(), name).body}
        found += [
            f"{name} has no function {one.function} (task {one.id})" for one in tasks() if one.function not in defined
        ]
    return found + _unknown_mistakes(folder), checks


def _collected(folder: Path) -> tuple[list[str], list[Check]]:
    """Collect the checks in a process of their own, as the grader does."""
    with tempfile.TemporaryDirectory(prefix="day89-check-") as scratch:
        command = [sys.executable, "-m", "day89.course.grading.collect", str(folder.resolve()), scratch]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"PYTHONUTF8": "1"}, check=False
        )
        target = Path(scratch, "collected.json")
        if not target.exists():
            raise ToolError(f"the checks cannot be collected: {(done.stderr or done.stdout).strip()[-300:]}")
        data: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return data["problems"], [Check(**one) for one in data["checks"]]


def _unknown_mistakes(folder: Path) -> list[str]:
    import ast  # only this command needs it

    found = []
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "mistake" and isinstance(node.value, ast.Constant):
                id = node.value.value
                if isinstance(id, str) and id not in mistakes():
                    found.append(f"{file.name} line {node.value.lineno}: there is no mistake {id} in mistakes.toml")
    return found
