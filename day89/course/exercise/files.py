"""Find the course's own files: in a checkout beside the package, in an installed package inside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from day89.errors import ToolError

__all__ = ["back_up", "checks_folder", "course_file", "data_folder"]

_PACKAGE = Path(__file__).resolve().parents[2]
_CHECKOUT = _PACKAGE.parent


def _in_checkout() -> bool:
    return (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "tests" / "graded").is_dir()


def course_file(name: str) -> Path:
    """Return the path of ``exercise.py``, ``solution.py``, or a file under ``data`` or ``quiz``.

    Args:
        name: path relative to the root of the project, such as ``"solution.py"``.

    Raises:
        ToolError: the installation lacks it.
    """
    path = (_CHECKOUT if _in_checkout() else _PACKAGE / "_files") / name
    if not path.exists():
        raise ToolError(f"{name} is missing from this installation of day89 ({path}): install it again")
    return path


def checks_folder() -> Path:
    """Return the folder with ``test_exercise_1.py`` to ``test_exercise_5.py``."""
    return _CHECKOUT / "tests" / "graded" if _in_checkout() else course_file("graded")


def back_up(path: Path) -> Path:
    """Copy a file beside itself, as ``exercise.py.1.bak`` or the next number that is free, and return the copy."""
    number = 1
    while (copy := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    copy.write_bytes(path.read_bytes())
    return copy


def data_folder() -> Path:
    """Return the folder for what day89 remembers about this user (https://specifications.freedesktop.org/basedir-spec)."""
    if given := os.environ.get("DAY89_DATA"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "day89"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "day89"
