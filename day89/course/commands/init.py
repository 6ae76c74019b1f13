"""Make a course folder: ``day89 init [DIR]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from day89.course.exercise.stub import FORMS
from day89.course.learn.folder import RECORD, course_files, how_to_call, record
from day89.errors import UsageError

__all__ = ["FOLDER", "configure", "confirm", "make", "run"]

FOLDER = "day89-course"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=FOLDER, help=f"default: {FOLDER}")
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="gaps",
        help="gaps: of most tasks the pattern stands, and the lines that matter are missing (default); bare: no help",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """List the files, ask, write them."""
    return make(Path(args.folder), args.form, yes=args.yes)


def make(folder: Path, form: str, *, yes: bool) -> int:
    """Write a course folder, but not over anything.

    Args:
        folder: where to.
        form: of the stubs.
        yes: do not ask.

    Raises:
        UsageError: something is there already, or nobody can be asked.
    """
    call = how_to_call()
    files = course_files(form, call)
    files[RECORD] = (json.dumps(record(files, form), indent=1) + "\n").encode()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder that is not there yet")
    if there := [name for name in files if (folder / name).exists()]:
        raise UsageError(f"{folder} holds {', '.join(there)} already, and nothing is overwritten: {_instead(there)}")
    print(f"This makes {folder}, {len(files)} files:")
    print("\n".join(f"  {name}" for name in files))
    if not yes and not confirm("Enter makes them, q does not: "):
        print("nothing was made")
        return 0
    _write(folder, files)
    print(f"\nMade. Now:\n  cd {folder}\n  {call}")
    return 0


def _instead(there: list[str]) -> str:
    return "`day89 update` brings it up to date" if "exercise.py" in there else "name another folder"


def confirm(question: str) -> bool:
    """Ask on the terminal; Enter is yes.

    Raises:
        UsageError: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked here: say --yes")
    try:
        return input(question).strip().lower() in ("", "y", "yes")
    except EOFError:
        print()
        return False


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
