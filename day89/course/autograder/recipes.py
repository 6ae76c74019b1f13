"""Write, for each host of autograders, the files that it needs: ``day89 autograder HOST --output DIR``."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from day89.course.autograder import wheels

__all__ = ["HOSTS", "RecipeOptions", "write_recipe"]

EXECUTABLE = 0o755


@dataclass(frozen=True)
class RecipeOptions:
    """What a teacher may choose.

    Attributes:
        python: version of Python that the host is to use.
        min_score: below this a job of CI fails.
        hide: level of checks to when they are shown (Gradescope).
        attempts: graded attempts in 24 hours; 0 is no limit (Gradescope).
        with_wheels: pack the wheels of all that day89 needs (Gradescope).
    """

    python: str = "3.13"
    min_score: float = 60
    hide: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    with_wheels: bool = True


def write_recipe(host: str, folder: Path, options: RecipeOptions) -> list[Path]:
    """Write what a host needs.

    Args:
        host: one of ``HOSTS``.
        folder: is made where it does not exist.
        options: the teacher's choices.

    Returns:
        The files, but for the wheels.

    Raises:
        UsageError: wheels cannot be built or downloaded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return HOSTS[host](folder, options)


def _put(folder: Path, name: str, template: str, values: Mapping[str, str], *, executable: bool = False) -> Path:
    text = resources.files("day89.course.autograder").joinpath("files", template).read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if executable:
        path.chmod(EXECUTABLE)
    return path


def _values(options: RecipeOptions, **more: str) -> dict[str, str]:
    return {"PYTHON": options.python, "MIN_SCORE": f"{options.min_score:g}", **more}


def _bring_day89(folder: Path) -> Path:
    """Put day89's own wheel into ``wheels/``, and the versions that it was tested with into ``constraints.txt``."""
    wheels.day89_wheel(folder / "wheels")
    path = folder / "constraints.txt"
    path.write_text("".join(f"{pin}\n" for pin in wheels.pins()), encoding="utf-8")
    return path


def _gradescope(folder: Path, options: RecipeOptions) -> list[Path]:
    hidden = options.hide.get("mastery", "visible").replace("_", " ")
    values = _values(options, HIDDEN=hidden)
    made = [
        _put(folder, "setup.sh", "gradescope_setup.sh", values, executable=True),
        _put(folder, "run_autograder", "gradescope_run.sh", values, executable=True),
        _put(folder, "README.md", "gradescope_README.md", values),
    ]
    settings = folder / "day89.json"
    settings.write_text(json.dumps({"hide": dict(options.hide), "attempts": options.attempts}) + "\n", encoding="utf-8")
    wheels.day89_wheel(folder / "wheels")
    if options.with_wheels:
        wheels.download(folder / "wheels", options.python, [*wheels.pins(), "pip", "uv"])
    target = folder / "autograder.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != target:
                archive.write(path, path.relative_to(folder).as_posix())
    return [*made, settings, target]


def _classroom50(folder: Path, options: RecipeOptions) -> list[Path]:
    assignment = folder / "assignment.json"
    settings = {"runtime": {"python": options.python}, "allowed_files": ["*", "!exercise.py"]}
    assignment.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return [
        _put(folder, "autograder.py", "classroom50_autograder.py", {}),
        _put(folder, "README.md", "classroom50_README.md", _values(options)),
        assignment,
        _bring_day89(folder),
    ]


def _actions(folder: Path, options: RecipeOptions) -> list[Path]:
    return _ci(folder, options, "GitHub Actions", ".github/workflows/grade.yml", "actions_grade.yml")


def _gitlab(folder: Path, options: RecipeOptions) -> list[Path]:
    return _ci(folder, options, "GitLab CI", ".gitlab-ci.yml", "gitlab-ci.yml")


def _ci(folder: Path, options: RecipeOptions, host: str, name: str, template: str) -> list[Path]:
    values = _values(options, HOST=host, FILE=name)
    return [
        _put(folder, name, template, values),
        _put(folder, ".day89/README.md", "ci_README.md", values),
        _bring_day89(folder / ".day89"),
    ]


def _prairielearn(folder: Path, options: RecipeOptions) -> list[Path]:
    return [
        _put(folder, "Dockerfile", "prairielearn_Dockerfile", _values(options)),
        _put(folder, "run.sh", "prairielearn_run.sh", {}, executable=True),
        _put(folder, "info.json", "prairielearn_info.json", {}),
        _put(folder, "README.md", "prairielearn_README.md", {}),
        _bring_day89(folder),
    ]


HOSTS: dict[str, Callable[[Path, RecipeOptions], list[Path]]] = {
    "gradescope": _gradescope,
    "classroom50": _classroom50,
    "actions": _actions,
    "gitlab": _gitlab,
    "prairielearn": _prairielearn,
}
