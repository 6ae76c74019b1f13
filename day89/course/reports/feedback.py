"""Write feedback for one learner, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from day89.course.exercise.tasks import task as described
from day89.course.reports.causes import Cause, causes
from day89.course.reports.failure import parts
from day89.course.reports.text import plain
from day89.course.reports.who import decisions, facts

__all__ = ["file_names", "markdown", "render", "write_all"]

WORDS = {
    "complete": "complete",
    "core_done": "core done",
    "core_incomplete": "core incomplete",
    "not_started": "not started",
}


def render(one: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """Return the feedback on one submission.

    Args:
        one: its entry in the result file.
        results: the data of the result file.
    """
    lines = [f"# {markdown(one['path'])}: {one['score']:g} of {one['max_score']:g} points", ""]
    about = [
        f"{key.replace('_', ' ')}: {markdown(value)}"
        for key, value in facts(one).items()
        if value not in ("", "unknown")
    ]
    lines += [", ".join(about), ""] if about else []
    lines += [f"- {markdown(text)}" for text in decisions(one)]
    if one["message"]:
        lines += [markdown(one["message"]), ""]
    lines += ["| task | function | result | points |", "|---|---|---|---|"]
    lines += [
        f"| {task['id']} | `{task['function']}` | {WORDS[task['status']]} | {task['earned']:g} of {task['points']:g} |"
        for task in one["tasks"]
    ]
    found = causes(one["tasks"])
    for task in one["tasks"]:
        if task["status"] in ("core_incomplete", "core_done"):
            lines += ["", *_failed(task, found)]
    lines += [
        "",
        f"Graded by {results['course']} with seed {results['seed']}; the same seed gives the same verdict.",
        "",
    ]
    return "\n".join(lines)


def _failed(task: Mapping[str, Any], found: Sequence[Cause]) -> list[str]:
    facts = described(task["id"])
    works = [check["name"].replace("_", " ") for check in task["checks"] if check["passed"]]
    lines = [f"## {task['id']} `{task['function']}`", ""]
    lines += [f"What works: {', '.join(works)}.", ""] if works else []
    for cause in found:
        if cause.task == task["id"]:
            lines.append(f"- **{cause.check['name'].replace('_', ' ')}** ({_words(cause)})")
            lines += [
                f"  - {label}: {markdown(line)}" if place == 0 else f"    {markdown(line)}"
                for label, text in parts(cause.check)
                for place, line in enumerate(text.split("\n"))
            ]
        elif task["id"] in cause.tasks:
            lines.append(f"- fails also for what is told under {cause.task}")
    return [*lines, "", f"Read “{facts.lesson}” in the lesson and <{facts.doc}>; `day89 hint {task['id']}` helps."]


def _words(cause: Cause) -> str:
    not_judged = "not judged" if cause.check["status"] == "not_judged" else ""
    return "; ".join(filter(None, [cause.check["level"], not_judged, cause.also]))


def file_names(results: Mapping[str, Any]) -> list[str]:
    """Return a safe, unique file name for the feedback on each submission, in order."""
    taken: set[str] = set()
    names = []
    for number, one in enumerate(results["submissions"], 1):
        stem = re.sub(r"[^A-Za-z0-9]+", "-", one["path"].removesuffix(".py")).strip("-")[:60] or "submission"
        name = f"{stem}.md" if stem.lower() not in taken else f"{stem}-{number}.md"
        taken.add(name.removesuffix(".md").lower())
        names.append(name)
    return names


def write_all(results: Mapping[str, Any], folder: Path) -> None:
    """Write the feedback on each submission into a folder.

    Args:
        results: the data of the result file.
        folder: is made where it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in zip(file_names(results), results["submissions"], strict=True):
        (folder / name).write_text(render(one, results), encoding="utf-8")


def markdown(text: str) -> str:
    """Return foreign text as Markdown that shows it as it is: no HTML, no links, no headings."""
    text = " ".join(plain(text).split())
    return re.sub(r"([\\`*_{}\[\]<>#|!&~])", r"\\\1", text)
