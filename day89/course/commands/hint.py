"""Show hints, one level at a time: ``day89 hint 1.3``."""

from __future__ import annotations

import argparse
import json
import textwrap

from day89.course.exercise.files import data_folder
from day89.course.exercise.tasks import Task, task

__all__ = ["configure", "run"]

LEVELS = (("goal", "The goal"), ("look", "Where to look"), ("api", "The calls"), ("example", "A sibling, worked out"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("task", metavar="TASK", help="such as 1.3 or list_keys")
    parser.add_argument("--level", type=int, choices=range(1, len(LEVELS) + 1), help="this level, and not the next one")
    parser.add_argument("--all", action="store_true", help="all levels")


def run(args: argparse.Namespace) -> int:
    """Print the hint and remember how deep the learner has looked."""
    chosen, seen = task(args.task), _read()
    if args.all:
        levels = list(range(1, len(LEVELS) + 1))
    else:
        levels = [args.level or min(seen.get(chosen.id, 0) + 1, len(LEVELS))]
    for level in levels:
        _print(chosen, level)
    if not args.level:
        _write(seen | {chosen.id: max(levels[-1], seen.get(chosen.id, 0))})
    return 0


def _print(chosen: Task, level: int) -> None:
    field, title = LEVELS[level - 1]
    text = getattr(chosen.hints, field)
    print(f"{chosen.id} {chosen.function}: {title[0].lower()}{title[1:]}\n")
    if field == "example":
        print(textwrap.indent(text.strip(), "    "))
        print("\nIt runs as it is on the local cloud (day89 cloud). Say why each line is there, then write your own.\n")
        return
    print(textwrap.fill(text, 80, break_on_hyphens=False, break_long_words=False) + "\n")
    if field == "api":
        print(f"{chosen.doc}\n")


def _read() -> dict[str, int]:
    try:
        seen = json.loads((data_folder() / "hints.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(id): int(level) for id, level in seen.items()} if isinstance(seen, dict) else {}


def _write(seen: dict[str, int]) -> None:
    # A hint is worth more than its memory: a read-only home folder must not take it away.
    try:
        data_folder().mkdir(parents=True, exist_ok=True)
        (data_folder() / "hints.json").write_text(json.dumps(seen), encoding="utf-8")
    except OSError:
        pass
