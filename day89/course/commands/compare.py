"""Say whose marks differ between two result files: ``day89 compare OLD.json NEW.json``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from day89.course.reports.text import one_line
from day89.errors import UsageError

__all__ = ["compare", "configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("old", metavar="OLD.json", help="an earlier result file")
    parser.add_argument("new", metavar="NEW.json", help="a later one")


def run(args: argparse.Namespace) -> int:
    """Print each mark that differs, by which check, and why; exit status 1 where one does."""
    old, new = _read(args.old), _read(args.new)
    lines = list(compare(old, new))
    print(*lines, sep="\n", end="\n" if lines else "")
    count = sum(not line.startswith(" ") for line in lines)
    print(f"{count} of {len(new['submissions'])} submissions differ")
    return int(bool(lines))


def _read(path: str) -> dict[str, Any]:
    try:
        data = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("submissions"), list):
        raise UsageError(f"{path} is no result file of day89: name what `day89 grade --json` has written")
    return data


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each submission whose mark or checks differ, and an indented one for each check.

    Args:
        old: the data of the earlier result file.
        new: the data of the later one.
    """
    earlier = {one["path"]: one for one in old["submissions"]}
    for one in new["submissions"]:
        before = earlier.pop(one["path"], None)
        name = one_line(one["path"])
        if before is None:
            yield f"{name}: {one['score']:g} of {one['max_score']:g}, and was not there before"
        elif details := list(_details(before, one)):
            other = "" if before.get("sha256") == one.get("sha256") else ", and the file is another"
            yield f"{name}: {before['score']:g} -> {one['score']:g} of {one['max_score']:g}{other}"
            yield from details
    for path, before in earlier.items():
        yield f"{one_line(path)}: {before['score']:g} of {before['max_score']:g} before, and is not there any more"


def _details(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if before["status"] != now["status"]:
        yield f"  {before['status']} -> {now['status']}: {one_line(now['message'] or '')}".rstrip(": ")
    tasks = {task["id"]: task for task in before["tasks"]}
    for task in now["tasks"]:
        changed = _changed(task["id"], before, now)
        yield from _task_details(tasks.get(task["id"]), task, changed)


def _changed(id: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return why a verdict may differ: the checks or the table entry of the task have changed, or nothing has."""
    marks = [(one.get("fingerprint") or {}).get(id) for one in (before, now)]
    if None in marks:
        return ""
    return (
        "the task's checks, entry or course version changed" if marks[0] != marks[1] else "nothing of the task changed"
    )


def _task_details(before: Mapping[str, Any] | None, now: Mapping[str, Any], why: str) -> Iterator[str]:
    if before is None:
        yield f"  {now['id']} is new: {now['earned']:g} of {now['points']:g}"
        return
    checks = {check["name"]: check for check in before["checks"]}
    lines = []
    for check in now["checks"]:
        other = checks.pop(check["name"], None)
        was = "new" if other is None else _state(other)
        if was != _state(check):
            told = one_line(check.get("message") or "")
            lines.append(f"    {check['name']}: {was} -> {_state(check)}" + (f": {told[:200]}" if told else ""))
    lines += [f"    {name}: {_state(check)} -> no such check" for name, check in checks.items()]
    if lines or before["earned"] != now["earned"] or before["points"] != now["points"]:
        head = f"  {now['id']} {now['function']}: {before['earned']:g} of {before['points']:g} -> "
        yield f"{head}{now['earned']:g} of {now['points']:g}" + (f" ({why})" if why else "")
        yield from lines


def _state(check: Mapping[str, Any]) -> str:
    known = check.get("status") or ("passed" if check["passed"] else "failed")
    return str(known).replace("_", " ")
