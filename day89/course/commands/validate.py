"""Measure the grader by right and wrong answers: ``day89 validate``."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from day89.course.boundary.choose import choose_isolation
from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.tasks import Task, choose
from day89.course.reports.progress import ProgressLine
from day89.course.results.checkpoint import write_text
from day89.course.validate import report
from day89.course.validate.changes import changed
from day89.course.validate.measure import measure
from day89.course.validate.steady import flakes
from day89.course.validate.survivors import report_mutants
from day89.course.validate.variants import Variant, find_variants
from day89.errors import UsageError

__all__ = ["configure", "run"]

BEGIN, END = "<!-- written by `day89 validate --write`: begin -->", "<!-- end -->"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--exercise", metavar="N", type=int, action="append", help="only this exercise; may repeat")
    parser.add_argument("--task", metavar="ID", action="append", help="only this task, such as 1.3; may repeat")
    parser.add_argument(
        "--changed", action="store_true", help="only what differs from the last commit can have touched"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=2 * (os.cpu_count() or 1) + 1,
        help="answers graded at the same time; default: two a processor and one, as instances are waited for",
    )
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")
    parser.add_argument(
        "--isolation",
        choices=("none", "auto"),
        default="none",
        help="auto grades each answer also across the process boundary, and demands equal verdicts",
    )
    parser.add_argument(
        "--real-time", action="store_true", help="let answers wait in real time, without the virtual clock"
    )
    parser.add_argument(
        "--mutants", action="store_true", help="grade mechanical changes of the solution instead (needs cosmic-ray)"
    )
    parser.add_argument(
        "--steady",
        metavar="N",
        type=int,
        help="run the checks on the solution N times instead, each time in another order and with the next seed",
    )
    parser.add_argument("--json", metavar="FILE", help="write everything that was found")
    parser.add_argument("--write", metavar="FILE", help="write the table into this document, between its two marks")


def run(args: argparse.Namespace) -> int:
    """Measure, show, write; see ``day89.cli`` for the exit status: 1 where the grader was wrong once."""
    folder = checks_folder().parent / "variants"
    tasks = choose(args.task, args.exercise)
    if args.jobs < 1:
        raise UsageError("--jobs is the number of answers graded at the same time: 1 or more")
    if args.mutants:
        source = course_file("solution.py").read_text("utf-8")
        return report_mutants(source, tasks, folder / "equivalent.toml", _seed(args), args.jobs)
    if args.steady is not None:
        return _steady(args, tasks)
    wanted = {task.id for task in tasks}
    variants = [one for one in find_variants(folder) if one.task in wanted]
    if args.changed:
        variants = changed(variants, folder)
    found = _measure(args, variants)
    print(report.draw(found))
    if args.json:
        _put(Path(args.json), json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n")
    if args.write:
        _put(Path(args.write), _renewed(Path(args.write), report.markdown(found)))
    return int(bool(found.misses))


def _steady(args: argparse.Namespace, tasks: Sequence[Task]) -> int:
    if args.steady < 1:
        raise UsageError("--steady is the number of runs: 1 or more")
    _, confinement = choose_isolation(args.isolation, cohort=False)
    solution, seed = course_file("solution.py").read_text("utf-8"), _seed(args)
    with ProgressLine(sys.stderr, "runs", args.steady) as progress:
        found = flakes(solution, tasks, seed, args.steady, args.jobs, progress.advance, confinement)
    print("\n".join([*found, f"{len(found)} failed checks in {args.steady} runs (seeds {seed} and on)"]))
    return int(bool(found))


def _seed(args: argparse.Namespace) -> int:
    return int(args.seed) if args.seed is not None else random.SystemRandom().randrange(10**6)


def _measure(args: argparse.Namespace, variants: Sequence[Variant]) -> report.Measurement:
    isolation, confinement = choose_isolation(args.isolation, cohort=False)
    solution = course_file("solution.py").read_text("utf-8")
    submissions = sum(one.kind == "chaff" for one in variants) + _most_wheats(variants)
    with ProgressLine(sys.stderr, "variants", submissions) as progress:
        chosen = (isolation, confinement)
        return measure(solution, variants, _seed(args), args.jobs, chosen, progress.advance, real_time=args.real_time)


def _most_wheats(variants: Sequence[Variant]) -> int:
    """Return how many right answers the task has that has most: as many mixes there are, at least."""
    return max(Counter(one.task for one in variants if one.kind == "wheat").values(), default=0)


def _renewed(path: Path, table: str) -> str:
    text = path.read_text("utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"{path} has no place for the table: put the lines {BEGIN} and {END} into it")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def _put(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
