"""Grade one student again into results that are there: ``day89 grade PATH... --regrade STUDENT --json r.json``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from day89 import __version__
from day89.course.boundary.choose import choose_isolation
from day89.course.cohort.grade_all import grade_all, plan_of
from day89.course.cohort.submissions import Source
from day89.course.commands.grade_cohort import take_in_all
from day89.course.exercise.tasks import choose
from day89.course.gradebook.overrides import apply, carry, is_student, read_overrides, restore
from day89.course.reports import formats
from day89.course.reports.text import one_line
from day89.course.results.checkpoint import write_text
from day89.errors import UsageError

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Grade one student with the seed and the tasks of the results, and replace that one entry."""
    if args.json in (None, "-") or not Path(args.json).is_file():
        raise UsageError("--regrade needs --json FILE with the results that are to be changed")
    results = _read(Path(args.json))
    number = _entry(results, args.regrade)
    old = results["submissions"][number]
    tasks = choose([task["id"] for task in old["tasks"]], None)
    isolation, confinement = choose_isolation(args.isolation, cohort=True)
    new: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="day89-cohort-") as scratch:
        source = _source(take_in_all(args, Path(scratch)).sources, args.regrade)
        plan = plan_of(tasks, int(results["seed"]), confinement)
        grade_all([source], plan, lambda _, entry: new.update(entry), jobs=1)
    facts = source.facts() if is_student({"path": source.name, **source.facts()}, args.regrade) else _facts(old)
    results["submissions"][number] = carry(
        old, {**new, "path": old["path"], **facts, "earlier": _earlier(old, results)}
    )
    if args.overrides:
        results, lost = apply(results, read_overrides(Path(args.overrides)))
        print(*lost, sep="\n", end="\n" if lost else "", file=sys.stderr)
    write_text(Path(args.json), json.dumps(results, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    formats.write(args, results)
    if "-" not in formats.targets(args):
        print(_change(old, results["submissions"][number], isolation))
    return 0


def _read(path: Path) -> dict[str, Any]:
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        results = None
    if not isinstance(results, dict) or not isinstance(results.get("submissions"), list):
        raise UsageError(f"{path} is no result file of day89: name the one that holds the student")
    return results


def _entry(results: dict[str, Any], student: str) -> int:
    fits = [number for number, one in enumerate(results["submissions"]) if is_student(one, student)]
    if len(fits) != 1:
        what = ", ".join(results["submissions"][number]["path"] for number in fits) or "nobody"
        raise UsageError(f"--regrade {student} fits {what} in the results: give a login, an id, a name or a path")
    return fits[0]


def _source(sources: list[Source], student: str) -> Source:
    fits = [one for one in sources if is_student({"path": one.name, **one.facts()}, student)]
    if len(fits) == 1:
        return fits[0]
    if not fits and len(sources) == 1:  # one file that came by mail
        return sources[0]
    names = ", ".join(one.name for one in fits) or f"none of {len(sources)} submissions"
    raise UsageError(f"--regrade {student} fits {names}: name the one file")


def _facts(old: dict[str, Any]) -> dict[str, Any]:
    return {key: old[key] for key in Source("", None).facts() if key in old}


def _earlier(old: dict[str, Any], results: dict[str, Any]) -> list[dict[str, Any]]:
    before = restore(old)
    last = {key: before[key] for key in ("score", "max_score", "status", "sha256")}
    # A later version of the course may have judged only some of the entries: each says its own.
    return [*old.get("earlier", []), {**last, "course": old.get("course", results["course"])}]


def _change(old: dict[str, Any], new: dict[str, Any], isolation: str) -> str:
    lines = [f"{one_line(new['path'])}: {old['score']:g} before, {new['score']:g} now, of {new['max_score']:g}"]
    before = {task["id"]: task["earned"] for task in old["tasks"]}
    lines += [
        f"  {task['id']} {task['function']}: {before[task['id']]:g} before, {task['earned']:g} now"
        for task in new["tasks"]
        if task["earned"] != before.get(task["id"])
    ]
    return "\n".join([*lines, f"day89 {__version__}, isolation: {isolation}"])
