"""A confined program may read what is listed by name, and no copy of the course is among it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from day89.sandbox.visible import private_places, system_paths


def packages(prefix: Path) -> Path:
    """Make a prefix with a copy of day89 and another package, and return its folder of packages."""
    folder = prefix / "lib" / "python3.11" / "site-packages"
    for name in ("day89/_files/solution.py", "other/__init__.py"):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.touch()
    return folder


def readable(path: Path, hidden: list[Path]) -> bool:
    return any(path.is_relative_to(seen) for seen in system_paths(hidden))


@pytest.mark.parametrize("way", ["editable", "wheel", "checkout", "in the interpreter's own packages"])
def test_no_copy_of_the_course_is_readable(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "project"
    prefix = checkout / ".venv"
    folder = packages(prefix)
    base = packages(tmp_path / "base")
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    for name in ("pyproject.toml", "solution.py", "day89/__init__.py", "tests/graded/test_exercise_1.py"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).touch()
    running = {"wheel": folder / "day89", "in the interpreter's own packages": base / "day89"}.get(
        way, checkout / "day89"
    )

    hidden = private_places(running)

    for secret in (folder, base):
        assert not readable(secret / "day89" / "_files" / "solution.py", hidden)
        assert readable(secret / "other" / "__init__.py", hidden)
    assert not readable(checkout / "solution.py", hidden)
    assert not readable(checkout / "tests" / "graded" / "test_exercise_1.py", hidden)


def test_the_interpreter_that_runs_is_readable() -> None:
    assert readable(Path(sys.executable).resolve(), [])
    assert readable(Path(pytest.__file__), [])


def test_folders_where_people_keep_checkouts_are_not() -> None:
    assert not any(
        readable(Path(place), []) for place in ("/usr/src/day89", "/usr/local/src/day89", "/opt/day89", "/home")
    )
