"""The files of a course folder, which ``day89 init`` writes and ``day89 update`` replaces: no answers, no checks."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from day89 import __version__
from day89.course.exercise.course import course
from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.stub import cut
from day89.course.exercise.tasks import tasks
from day89.course.learn.blocks import blocks
from day89.course.learn.state import FOLDER

__all__ = ["RECORD", "course_files", "digest", "how_to_call", "record"]

RECORD = f"{FOLDER}/course.json"
SCHEMA = 1
LINK = re.compile(r"\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)")
IGNORED = ".venv/\n.day89/\n__pycache__/\n.pytest_cache/\n*.bak\n"
SETTINGS = {
    "python.defaultInterpreterPath": "${workspaceFolder}/.venv/bin/python",
    "python.testing.pytestEnabled": True,
    "python.testing.pytestArgs": [],
}
TASK = {
    "version": "2.0.0",
    "tasks": [
        {
            "label": "day89",
            "type": "shell",
            "command": "uv run day89",
            "problemMatcher": [],
            "presentation": {"reveal": "always", "panel": "dedicated", "focus": True},
        }
    ],
}
PYPROJECT = """\
[project]
name = "day89-course"
version = "0"
requires-python = ">=3.11,<3.14"
dependencies = ["day89=={version}"]

[tool.uv]
package = false
{source}
[tool.pytest.ini_options]
# pytest, with or without -k, runs the checks of the course on the exercise.py of this folder.
addopts = "-p day89.course.grading.plugin --mine"
"""
README = """\
# Day 89: AWS S3 and EC2

Your answers go into [exercise.py](exercise.py). [lesson.md](lesson.md) teaches what each task needs.

## Start

    {call}

It shows one task, and checks it each time you save `exercise.py` in your editor. Nothing goes on by itself.

| key | |
|---|---|
| n, p | next task (once the core of this one works), the one before |
| h | the next hint, four a task |
| d | the docstring and the lesson's section |
| t, o | every AWS call with its parameters, everything that was printed |
| e | edit: `$VISUAL`, or VS Code in its own terminal |
| a, l | check everything, list the tasks |
| s | the course's solution, once yours is complete |
| x | put the task's stub back; the file as it was is kept as a .bak |
| ?, q | all keys, quit |

The first hour is six tasks; then `{call} demo train` shows a whole pipeline, and `{call} quiz` asks ten questions.

## Tomorrow

The same command goes on where you were. `{call} status` shows tasks, hints, minutes and the quiz. Your progress is in
`.day89/`: copy the folder to take it to another machine.

- `{call} debug 1.3` runs the first check that fails with pdb; `breakpoint()` in your code stops there.
- `{call} grade` judges all tasks at once; `pytest` and the test panel of your editor run the same checks.
- `{call} learn --plain` writes short sentences in place of a screen, for screen readers and pipes.
- `{call} update` brings a newer course into this folder and leaves your answers alone.
"""


def course_files(form: str, call: str = "uv run day89") -> dict[str, bytes]:
    """Return what a course folder holds, path to contents, but for the record.

    Args:
        form: of the stubs, ``gaps`` or ``bare``.
        call: how the learner calls this program.
    """
    files = {
        "exercise.py": cut(course_file("solution.py").read_text("utf-8"), tasks(), form),
        "README.md": README.format(call=call),
        "pyproject.toml": PYPROJECT.format(version=__version__, source=_source()),
        ".gitignore": IGNORED,
        ".vscode/extensions.json": _json({"recommendations": ["ms-python.python"]}),
        ".vscode/settings.json": _json(SETTINGS),
        ".vscode/tasks.json": _json(TASK),
    }
    held = {name: text.encode() for name, text in files.items()}
    held |= {name: course_file(name).read_bytes() for name in course().data}
    held["lesson.md"] = _lesson({*held, "lesson.md"}).encode()
    return dict(sorted(held.items(), key=lambda item: (item[0] not in ("exercise.py", "lesson.md"), item[0])))


def _json(data: object) -> str:
    return json.dumps(data, indent=2) + "\n"


def _lesson(there: set[str]) -> str:
    """Return the lesson with the links that lead to files of the folder; of other links only the words are left."""

    def link(found: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join("docs", found[2]))  # noqa: PTH118
        return f"[{found[1]}]({target}{found[3] or ''})" if target in there else found[1]

    return LINK.sub(link, course_file("docs/lesson.md").read_text("utf-8"))


def _source() -> str:
    """Return where uv finds this very version, where it did not come from an index."""
    try:
        raw = importlib.metadata.distribution("day89").read_text("direct_url.json")
        data = json.loads(raw or "null")
        url = str(data["url"])
    except (importlib.metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        return ""
    if "vcs_info" in data:
        place = f'git = "{url}", rev = "{data["vcs_info"].get("commit_id", "")}"'
    elif url.startswith("file:"):
        editable = ", editable = true" if data.get("dir_info", {}).get("editable") else ""
        place = f"path = {json.dumps(unquote(urlsplit(url).path))}{editable}"
    else:
        place = f"url = {json.dumps(url)}"
    return f"\n[tool.uv.sources]\nday89 = {{ {place} }}\n"


def how_to_call() -> str:
    """Return how the learner will call this program in a course folder: what is on the PATH, else through uv."""
    prefix = Path(sys.prefix)
    # uvx runs a program from its cache, which every cache of uv marks so: it is not on the PATH afterwards.
    passing = any((parent / "CACHEDIR.TAG").is_file() for parent in prefix.parents)
    found = shutil.which("day89")
    return "day89" if found and not passing and Path(found).is_relative_to(prefix) else "uv run day89"


def digest(data: bytes) -> str:
    """Return the checksum that stands in the record."""
    return hashlib.sha256(data).hexdigest()


def record(files: Mapping[str, bytes], form: str) -> dict[str, Any]:
    """Return what is remembered of the files that were given: enough to tell later which of them were touched."""
    exercise = files["exercise.py"].decode()
    return {
        "schema": SCHEMA,
        "version": __version__,
        "form": form,
        "files": {name: digest(data) for name, data in files.items() if name != "exercise.py"},
        "blocks": {name: digest(text.encode()) for name, text in blocks(exercise).items()},
        "checks": _checks(),
    }


def _checks() -> dict[str, str]:
    """Return a checksum of the checks of each task."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(checks_folder().glob("*.py"))}
    return {
        task.id: digest("".join(text for text in texts.values() if f'task("{task.id}"' in text).encode())
        for task in tasks()
    }
