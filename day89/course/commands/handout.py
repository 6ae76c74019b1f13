"""Pack what learners get: ``day89 handout``. No answer, check or variant is in it."""

from __future__ import annotations

import argparse
import io
import re
import zipfile
from pathlib import Path

from day89.course.exercise.stub import FORMS
from day89.course.exercise.tasks import Task, exercises, tasks
from day89.course.learn.folder import course_files
from day89.course.quiz.export.markdown import questions_only
from day89.course.quiz.load import load_quiz
from day89.errors import UsageError

__all__ = ["configure", "pack", "run"]

FOLDER = "day89-course"
OWN_PATH = re.compile(rb"\n\[tool\.uv\.sources\]\nday89 = \{ path = [^\n]*\n")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--output", metavar="FILE.zip", default=f"{FOLDER}.zip", help=f"default: {FOLDER}.zip")
    parser.add_argument("--form", choices=FORMS, default="gaps", help="of the stubs; default: gaps")


def run(args: argparse.Namespace) -> int:
    """Write the zip and list what is in it."""
    target = Path(args.output)
    files = pack(args.form)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            # A fixed date: the same course gives the same zip.
            archive.writestr(zipfile.ZipInfo(f"{FOLDER}/{name}"), data)
    try:
        target.write_bytes(buffer.getvalue())
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None
    print(f"{target}: {len(files)} files, {len(buffer.getvalue()) / 1024:.0f} KB")
    print("\n".join(f"  {FOLDER}/{name}" for name in sorted(files)))
    return 0


def pack(form: str) -> dict[str, bytes]:
    """Return what learners get, by name.

    Args:
        form: of the stubs: ``gaps`` or ``bare``.
    """
    files = dict(course_files(form, "day89"))
    # Where day89 lies on the teacher's machine helps nobody else.
    files["pyproject.toml"] = OWN_PATH.sub(b"", files["pyproject.toml"])
    files["hints.md"] = _hints().encode()
    files["quiz.md"] = questions_only(load_quiz().topics, "Check yourself").encode()
    return files


def _hints() -> str:
    lines = ["# Hints", "", "Four for each task: open one, try, then open the next.", ""]
    for exercise in exercises():
        lines += [f"## {exercise.number}. {exercise.title}", ""]
        for task in tasks():
            if task.exercise == exercise.number:
                lines += _hint(task)
    return "\n".join(lines)


def _hint(task: Task) -> list[str]:
    lines = [f"### {task.id} `{task.function}`: {task.title}", ""]
    for title, text in (
        ("The goal", task.hints.goal),
        ("Where to look", task.hints.look),
        ("The calls", f"{task.hints.api}\n\n<{task.doc}>"),
        ("A sibling, worked out", f"```python\n{task.hints.example.strip()}\n```"),
    ):
        lines += [f"<details><summary>{title}</summary>", "", text, "", "</details>"]
    return [*lines, ""]
