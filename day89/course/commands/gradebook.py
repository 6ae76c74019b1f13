"""Run ``day89 gradebook fill THEIRS.csv --results r.json``: marks and feedback back to the platform."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from day89.course.cohort.roster import complete
from day89.course.cohort.tables import read_table
from day89.course.gradebook.columns import find_column
from day89.course.gradebook.feedback import PLATFORMS, pack
from day89.course.gradebook.fill import Filled, fill
from day89.course.gradebook.overrides import apply, read_overrides
from day89.course.reports.text import one_line
from day89.errors import UsageError

__all__ = ["configure", "run"]

HEADS = (
    ("filled", "filled"),
    ("without_submission", "without a submission (left as they are)"),
    ("without_row", "submissions without a row"),
    ("ambiguous", "ambiguous (nothing was written)"),
    ("kept", "kept"),
    ("not_judged", "not judged in full (nothing was written)"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    filling = actions.add_parser("fill", help="fill one column of the platform's own export")
    filling.add_argument(
        "table", metavar="THEIRS.csv", help="as Canvas, Moodle, Blackboard, Brightspace ... exported it"
    )
    _results(filling)
    filling.add_argument("--roster", metavar="FILE.csv", help="a class list that knows names and the table's ids")
    filling.add_argument("--column", metavar="NAME", help="the column, where several could be meant")
    filling.add_argument("--out-of", metavar="N", type=float, help="full marks of the column; scales the points")
    filling.add_argument("--output", metavar="FILE", help="default: THEIRS-filled.csv beside it")
    packing = actions.add_parser("feedback", help="pack feedback files as the platform takes them back")
    packing.add_argument("--for", dest="platform", choices=sorted(PLATFORMS), required=True, help="the platform")
    _results(packing)
    packing.add_argument("--output", metavar="FILE.zip", required=True, help="the zip to write")


def _results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", metavar="FILE.json", required=True, help="what day89 grade --json wrote")
    parser.add_argument("--overrides", metavar="FILE.toml", help="decisions by hand, applied last")


def run(args: argparse.Namespace) -> int:
    """Fill or pack, and say what became of everybody."""
    results = _read(Path(args.results))
    if args.overrides:
        results, lost = apply(results, read_overrides(Path(args.overrides)))
        print(*lost, sep="\n", end="\n" if lost else "")
    if args.action == "feedback":
        data, left = pack(results, args.platform)
        _write(Path(args.output), data)
        print(f"{args.output}: {len(results['submissions']) - len(left)} files for {args.platform}")
        print(*(f"- without a file: {one_line(text)}" for text in left), sep="\n", end="\n" if left else "")
        return 0
    if args.roster:
        results = complete(results, Path(args.roster))
    table = read_table(Path(args.table))
    column = find_column(table, args.column)
    done = fill(table, results, column, out_of=args.out_of)
    target = Path(args.output) if args.output else table.path.with_name(f"{table.path.stem}-filled{table.path.suffix}")
    if target.exists() and target.samefile(table.path):
        raise UsageError(f"{target} is the table itself: name another file with --output")
    _write(target, done.data)
    print(f"{target}: column {one_line(column.title)}, read as {column.platform}")
    print(_told(done))
    return 0


def _told(done: Filled) -> str:
    lines = []
    for name, head in HEADS:
        if found := getattr(done, name):
            lines += ["", f"{len(found)} {head}:", *(f"  {one_line(text)}" for text in found)]
    return "\n".join(lines)


def _read(path: Path) -> dict[str, Any]:
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        results = None
    if not isinstance(results, dict) or "submissions" not in results:
        raise UsageError(f"{path} is no result file of day89: give what `day89 grade --json FILE` wrote")
    return results


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
