"""Grade a cohort: ``day89 grade PATH...`` where the paths are more than one's own file."""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from day89 import __version__
from day89.course.boundary.choose import choose_isolation
from day89.course.cohort.grade_all import grade_all, load, plan_of
from day89.course.cohort.overview import draw
from day89.course.cohort.roster import add_roster
from day89.course.cohort.submissions import Intake, Source, take_in
from day89.course.demo.teardown import Interrupts
from day89.course.exercise.files import checks_folder
from day89.course.exercise.tasks import choose
from day89.course.gradebook.overrides import apply, read_overrides
from day89.course.grading.fingerprint import fingerprints, why_again
from day89.course.reports import formats
from day89.course.reports.progress import ProgressLine
from day89.course.reports.text import one_line
from day89.course.results.checkpoint import Checkpoint
from day89.course.results.results import SCHEMA
from day89.errors import ToolError, UsageError

__all__ = ["run", "take_in_all"]

SHOWN = 30


def run(args: argparse.Namespace) -> int:
    """Grade every submission that the paths name, write what was asked for, and return the exit status."""
    if args.resume and args.json in (None, "-"):
        raise UsageError("--resume needs --json FILE: that is where the results are kept")
    tasks = choose(args.task, args.exercise)
    if args.overrides:
        read_overrides(Path(args.overrides))  # what is wrong in it is said before an hour of grading
    if args.dry_run:
        with tempfile.TemporaryDirectory(prefix="day89-cohort-") as scratch:
            print(draw(take_in_all(args, Path(scratch)), whole=True))
        return 0
    isolation, confinement = choose_isolation(args.isolation, cohort=True)
    with tempfile.TemporaryDirectory(prefix="day89-cohort-") as scratch:
        target = Path(args.json) if args.json not in (None, "-") else Path(scratch, "results.json")
        seed = _seed(args, target)
        facts = {"schema": SCHEMA, "course": f"day89 {__version__}", "seed": seed, "isolation": isolation}
        keeper = Checkpoint(target, {**facts, "tasks": [task.id for task in tasks]})
        intake = take_in_all(args, Path(scratch))
        sources = intake.sources
        print(draw(intake, whole=False), file=sys.stderr)
        entries = _grade(args, sources, keeper, plan_of(tasks, seed, confinement, args.seconds))
        rows = [entries[number] | source.facts() for number, source in enumerate(sources)]
        results = {**keeper.header, "submissions": rows}
        if args.overrides:
            results, lost = apply(results, read_overrides(Path(args.overrides)))
            print(*lost, sep="\n", end="\n" if lost else "", file=sys.stderr)
        keeper.finish(results)
        formats.write(args, results)
        if "-" not in formats.targets(args):
            print(summary(results))
    return _status(results, args.min_score)


def take_in_all(args: argparse.Namespace, scratch: Path) -> Intake:
    """Find the submissions that the command line names, and compare them with the class list."""
    intake = take_in(args.paths, scratch, names=args.names, encoding=args.zip_encoding)
    if args.roster:
        add_roster(intake, Path(args.roster))
    return intake


def _seed(args: argparse.Namespace, target: Path) -> int:
    earlier = Checkpoint(target, {}).seed() if args.resume else None
    if args.seed is not None:
        return int(args.seed)
    return earlier if earlier is not None else random.SystemRandom().randrange(10**6)


def _grade(args: argparse.Namespace, sources: list[Source], keeper: Checkpoint, plan: Any) -> dict[int, dict[str, Any]]:
    known = keeper.resume() if args.resume else {}
    wanted = fingerprints(choose(list(plan.tasks), None), checks_folder())
    earlier = {number: one for number, source in enumerate(sources) if (one := _known(number, source, known))}
    again = {number: why for number, one in earlier.items() if (why := why_again(one, wanted))}
    entries = {number: one | {"fingerprint": wanted} for number, one in earlier.items() if number not in again}
    if args.resume:
        print(kept_words(len(entries), Counter(again.values())), file=sys.stderr)
    keeper.start(entries.values())
    left = {number: source for number, source in enumerate(sources) if number not in entries}
    numbers = list(left)

    def report(place: int, entry: dict[str, Any]) -> None:
        entry["fingerprint"] = wanted
        keeper.add(entry)
        entries[numbers[place]] = entry
        progress.advance(one_line(entry["path"]), entry["score"] / entry["max_score"] if entry["max_score"] else None)

    with ProgressLine(sys.stderr, f"{len(sources)} submissions", total=len(left)) as progress:
        try:
            with Interrupts():  # a time limit of the machine ends with SIGTERM, not with Ctrl-C
                grade_all(
                    list(left.values()), plan, report, jobs=args.jobs, backend=args.backend, scheduler=args.scheduler
                )
        except KeyboardInterrupt:
            print(_interrupted(len(entries), args.json), file=sys.stderr)
            raise
        finally:
            keeper.close()
    return entries


def _interrupted(count: int, target: str | None) -> str:
    if target in (None, "-"):
        return f"\n{count} were graded and are lost: with --json FILE they would be kept"
    return f"\n{count} kept; go on with --resume"


def kept_words(kept: int, again: Mapping[str, int]) -> str:
    """Return how many results a resumed run keeps and how many submissions it grades again, and why."""
    words = [f"{count} because {why}" for why, count in again.items()]
    return f"kept {kept}" + (f", regraded {', '.join(words)}" if words else "")


def _known(
    number: int, source: Source, known: Mapping[tuple[str, str | None], dict[str, Any]]
) -> dict[str, Any] | None:
    """Return the earlier verdict on the same bytes under the same name."""
    if not known:
        return None
    work = load(number, source)
    return known.get((source.name, work.sha256)) if work.data is not None else None


def summary(results: Mapping[str, Any]) -> str:
    """Return what a terminal shows on a cohort."""
    submissions = results["submissions"]
    counts = Counter(one["status"] for one in submissions)
    lines = [
        f"{one_line(one['path'])[:56]:<57}{one['status'].replace('_', ' '):<11}{one['score']:g} of {one['max_score']:g}"
        for one in submissions[:SHOWN]
    ]
    if len(submissions) > SHOWN:
        lines.append(f"… and {len(submissions) - SHOWN} more: --csv FILE or --html FILE has them all")
    middle = statistics.median(one["score"] for one in submissions)
    words = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items())
    lines += ["", f"{len(submissions)} submissions: {words}; median {middle:g} points"]
    if not_judged := sum(one.get("not_judged", 0) for one in submissions):
        lines.append(
            f"{not_judged} checks were not judged, and cost nothing: --resume runs those again that did not run"
        )
    lines.append(f"seed {results['seed']}, isolation: {results['isolation']}")
    return "\n".join(lines)


def _status(results: Mapping[str, Any], min_score: float | None) -> int:
    broken = [one for one in results["submissions"] if one["status"] == "tool_error"]
    if broken:
        raise ToolError(
            f"{len(broken)} of {len(results['submissions'])} submissions could not be judged, the first being "
            f"{one_line(broken[0]['path'])}: {one_line(broken[0]['message'] or '')}; this is no fault of theirs"
        )
    return int(min_score is not None and any(one["score"] < min_score for one in results["submissions"]))
