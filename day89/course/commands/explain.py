"""Tell the whole story of one check: ``day89 explain FILE --check NAME --seed N``."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from day89.course.boundary.choose import CHOICES, choose_isolation
from day89.course.exercise.asks import check_docstring, sentence_for
from day89.course.exercise.files import checks_folder
from day89.course.exercise.tasks import Task, task, tasks
from day89.course.grading.grade import grade
from day89.course.reports.failure import parts
from day89.course.reports.layout import clean, wrap
from day89.course.reports.own import calls_lines, printed_lines
from day89.course.results.results import CheckResult, SubmissionResult
from day89.errors import UsageError

__all__ = ["configure", "run"]

WIDTH = 80
LABEL = 12


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", help="the submission")
    parser.add_argument("--check", metavar="NAME", required=True, help="such as lists_every_page")
    parser.add_argument("--task", metavar="ID", help="its task, where two have a check of that name")
    parser.add_argument("--seed", metavar="N", type=int, help="the seed of the run; it stands in every report")
    parser.add_argument("--results", metavar="FILE.json", help="a result file: its seed, and what it says of FILE")
    parser.add_argument("--isolation", choices=CHOICES, default="auto", help="what keeps the submission in")


def run(args: argparse.Namespace) -> int:
    """Run the check as the grader did and print its story; exit status 1 where the result file says something else."""
    if sys.platform == "win32":
        raise UsageError("day89 explain needs Linux or macOS: use WSL2")
    results, seed = _results(args.results), args.seed
    if seed is None:
        seed = results.get("seed")
    if seed is None:
        raise UsageError("name the seed of the run with --seed N, or the result file with --results FILE.json")
    path, chosen = Path(args.path), _task_of(args.check, args.task)
    _, confinement = choose_isolation(args.isolation, cohort=True)
    result = grade(path, [chosen], int(seed), own=True, confinement=confinement)
    check = _check(result, args.check, chosen)
    print(clean("\n".join(story(check, chosen, int(seed), result.tasks[0].carried))))
    earlier = _earlier(results, path, chosen, args.check) if args.results else None
    if earlier is None:
        return 0
    same = earlier == check.status
    print(f"\n{args.results} says {earlier.replace('_', ' ')}: {'the same' if same else 'not what happens now'}.")
    return int(not same)


def _results(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        data = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("submissions"), list):
        raise UsageError(f"{path} is no result file of day89: name what `day89 grade --json` has written")
    return data


def _task_of(name: str, id: str | None) -> Task:
    """Return the task that has a check of this name."""
    if id is not None:
        return task(id)
    marks = [(one, f'task("{one.id}"') for one in tasks()]
    found = []
    for file in sorted(checks_folder().glob("test_exercise_*.py")):
        before, here, _ = file.read_text("utf-8").partition(f"def test_{name}(")
        if here:
            found.append(max(marks, key=lambda mark: before.rfind(mark[1]))[0])
    if len(found) != 1:
        if not found:
            raise UsageError(f"no task has a check {name}: its name stands in the report, such as lists_every_page")
        ids = ", ".join(one.id for one in found)
        raise UsageError(f"tasks {ids} have a check {name}: name one with --task")
    return found[0]


def _check(result: SubmissionResult, name: str, chosen: Task) -> CheckResult:
    checks = {check.name: check for check in result.tasks[0].checks}
    if not checks:
        raise UsageError(result.message or f"{chosen.id} {chosen.function} is not started: there is nothing to explain")
    if name not in checks:
        raise UsageError(f"{chosen.id} has no check {name}: it has {', '.join(checks)}")
    return checks[name]


def _earlier(results: Mapping[str, Any], path: Path, chosen: Task, name: str) -> str | None:
    """Return what a result file says of this check of these bytes."""
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    for one in results["submissions"]:
        for found in one["tasks"] if one.get("sha256") == checksum else []:
            for check in found["checks"] if found["id"] == chosen.id else []:
                if check["name"] == name:
                    return str(check["status"])
    raise UsageError(
        f"the result file holds no verdict on {chosen.id} {name} of a file with these bytes ({checksum[:12]})"
    )


def story(check: CheckResult, chosen: Task, seed: int, carried: tuple[str, ...] = ()) -> list[str]:
    """Return the story of a check, a line of text each.

    Args:
        check: what it found.
        chosen: its task.
        seed: the seed of the run.
        carried: functions that the course's own stood in for.
    """
    says = check_docstring(checks_folder(), check.name, chosen.id)
    words = " ".join([check.name, says, check.expected or ""])
    asked = sentence_for(chosen, check.level, words)
    status = check.status.replace("_", " ")
    lines = [
        f"{chosen.id} {chosen.function}, {check.name}: {status} ({check.level}, {check.points:g} points, seed {seed})"
    ]
    told = [("asked for", f"“{asked}” (nearest sentence of the docstring)" if asked else ""), ("looks at", says)]
    told += parts(check.as_json()) if not check.passed else []
    told += [("stood in", f"the course's own {', '.join(carried)}" if carried else "")]
    for label, text in told:
        if text:
            block = [line for row in text.split("\n") for line in wrap(row, WIDTH - LABEL) or [""]]
            lines += [f"{label if place == 0 else '':<{LABEL}}{line}" for place, line in enumerate(block)]
    return [*lines, "", *calls_lines(check.calls, WIDTH, whole=True), *printed_lines(check.printed, WIDTH, whole=True)]
