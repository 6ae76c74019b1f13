"""Bring a newer course into a course folder: ``day89 update [DIR]``."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from day89 import __version__
from day89.course.commands.init import confirm
from day89.course.exercise.files import back_up
from day89.course.exercise.submission import Unreadable, read
from day89.course.learn.blocks import update_exercise
from day89.course.learn.folder import RECORD, course_files, digest, record
from day89.course.learn.state import LearnerState
from day89.errors import UsageError

__all__ = ["configure", "run"]


@dataclass
class _Plan:
    """What an update will do: files to write, and a line about each."""

    writes: dict[str, bytes]
    lines: list[str]
    again: list[str]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="default: the current folder")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Show what is new, ask, write it."""
    folder = Path(args.folder)
    known = _known(folder)
    files = course_files(known["form"], known["call"])
    now = record(files, known["form"], known["call"])
    plan = _plan(folder, known, files, now)
    if not plan.writes and not plan.again:
        print(f"{folder}: up to date with day89 {__version__}")
        return 0
    print(f"From day89 {known['version']} to {__version__}:")
    print("\n".join(f"  {line}" for line in plan.lines))
    if not args.yes and not confirm("Enter does this, q does not: "):
        print("nothing was changed")
        return 0
    _write(folder, plan, now)
    print("Done. Your progress is as it was.")
    return 0


def _known(folder: Path) -> dict[str, Any]:
    path = folder / RECORD
    try:
        known: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {name: known[name] for name in ("version", "form", "call", "files", "blocks", "checks")}
    except FileNotFoundError:
        raise UsageError(f"{path} is not there: `day89 update` works in a folder that `day89 init` made") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} cannot be read ({type(error).__name__}): make a new folder with `day89 init`"
        ) from None


def _plan(folder: Path, known: dict[str, Any], files: dict[str, bytes], now: dict[str, Any]) -> _Plan:
    plan = _Plan({}, [], [])
    for name, data in files.items():
        if name != "exercise.py":
            _plan_file(plan, folder, name, data, known["files"].get(name))
    _plan_exercise(plan, folder, files["exercise.py"].decode(), known["blocks"])
    plan.again = [id for id, checks in now["checks"].items() if known["checks"].get(id) not in (None, checks)]
    if plan.again:
        plan.lines.append(f"new checks: {', '.join(plan.again)}; they are checked again")
    return plan


def _plan_file(plan: _Plan, folder: Path, name: str, data: bytes, given: str | None) -> None:
    path = folder / name
    there = path.read_bytes() if path.is_file() else None
    if there == data:
        return
    if there is None or digest(there) == given:
        plan.writes[name] = data
        plan.lines.append(f"{name}: {'new' if there is None else 'the newer one'}")
    elif digest(data) != given:
        plan.writes[f"{name}.new"] = data
        plan.lines.append(f"{name}: you changed it; the newer one goes beside it as {name}.new")


def _plan_exercise(plan: _Plan, folder: Path, stub: str, given: dict[str, str]) -> None:
    path = folder / "exercise.py"
    try:
        text = read(path).data.decode("utf-8-sig")
    except Unreadable as error:
        raise UsageError(f"{error}; then update") from None
    updated = update_exercise(text, stub, given)
    if updated.text != text:
        plan.writes["exercise.py"] = updated.text.encode()
        plan.lines += [f"exercise.py, {line}" for line in updated.changes]


def _write(folder: Path, plan: _Plan, now: dict[str, Any]) -> None:
    state = LearnerState(folder)
    try:
        for name, data in plan.writes.items():
            path = folder / name
            if name == "exercise.py":
                print(f"exercise.py as it was: {back_up(path)}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (folder / RECORD).write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from None
    for id in plan.again:
        state[id].again = True
    if plan.again:
        state.save()
