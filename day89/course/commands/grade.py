"""Grade submissions: ``day89 grade [FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

from day89.course.boundary.choose import CHOICES, choose_isolation
from day89.course.cohort.submissions import is_cohort
from day89.course.exercise.submission import read
from day89.course.exercise.tasks import choose
from day89.course.grading.grade import SUBMISSION_LIMIT, grade
from day89.course.reports import formats, terminal
from day89.course.reports.progress import ProgressLine
from day89.course.results.checkpoint import write_text
from day89.course.results.results import Results, SubmissionResult
from day89.errors import ToolError, UsageError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", default=["exercise.py"], help="a file, a folder, a zip or a list of paths"
    )
    parser.add_argument(
        "--task", metavar="ID", action="append", help="only this task, such as 1.3 or list_keys; may repeat"
    )
    parser.add_argument("--exercise", metavar="N", type=int, action="append", help="only this exercise; may repeat")
    formats.configure(parser)
    parser.add_argument("--min-score", metavar="N", type=float, help="exit 1 where the score is below N")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=os.cpu_count() or 1,
        help="checks at the same time; default: processors",
    )
    parser.add_argument(
        "--isolation", choices=CHOICES, help="what keeps submissions in: default none for one file, auto for more"
    )
    parser.add_argument("--roster", metavar="FILE.csv", help="a class list: who handed in nothing gets a row, too")
    parser.add_argument("--names", metavar="REGEX", help="read who it is from paths: (?P<login>...), (?P<name>...)")
    parser.add_argument("--zip-encoding", metavar="NAME", help="of names in zips that do not say it, such as cp1252")
    parser.add_argument("--overrides", metavar="FILE.toml", help="decisions by hand, applied last")
    parser.add_argument("--regrade", metavar="STUDENT", help="grade one student again, into the results at --json")
    parser.add_argument("--dry-run", action="store_true", help="show who handed in what, and grade nothing")
    parser.add_argument(
        "--seconds",
        metavar="N",
        type=float,
        default=SUBMISSION_LIMIT,
        help="seconds that one submission may take, not counting what others hold the processors; default: %(default)g",
    )
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run with this --json ended")
    parser.add_argument("--backend", choices=("loky", "dask"), default="loky", help="what runs many submissions")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="Dask's scheduler, such as tcp://127.0.0.1:8786")
    parser.add_argument(
        "--trace", action="store_true", help="show every AWS call of the first failure, with parameters"
    )
    parser.add_argument("--watch", action="store_true", help="check on each save, as day89 learn --plain does")


def run(args: argparse.Namespace) -> int:
    """Grade, show, write; see ``day89.cli`` for the exit status."""
    if sys.platform == "win32":
        raise UsageError("day89 grade needs Linux or macOS: use WSL2, or run the checks with `pytest --mine`")
    if args.watch:
        from day89.course.commands.learn import learn_file  # only this option needs it

        return learn_file(
            _one_path(args), choose(args.task, args.exercise) if args.task or args.exercise else (), args.seed
        )
    if args.regrade:
        from day89.course.commands.regrade import run as regrade

        return regrade(args)
    if is_cohort(args.paths) or args.resume or args.roster or args.overrides or args.dry_run:
        from day89.course.commands.grade_cohort import run as grade_cohort  # brings joblib

        return grade_cohort(args)
    return finish(args, grade_once(args))


def _one_path(args: argparse.Namespace) -> str:
    if len(args.paths) != 1:
        raise UsageError("--watch looks after one file: name one")
    return str(args.paths[0])


def grade_once(args: argparse.Namespace) -> Results:
    """Grade what the command line names."""
    tasks = choose(args.task, args.exercise)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    isolation, confinement = choose_isolation(args.isolation, cohort=False)
    (path,) = args.paths
    with ProgressLine(sys.stderr, path) as progress:
        own = confinement is None
        result = grade(
            path,
            tasks,
            seed,
            jobs=args.jobs,
            watch=progress.check,
            confinement=confinement,
            own=own,
            seconds=args.seconds,
        )
    if own:
        _remember(Path(path), seed, result)
    return Results(seed, isolation, (result,))


def _remember(path: Path, seed: int, result: SubmissionResult) -> None:
    """Note where the tasks stand in a course folder, for ``day89`` and ``day89 status``."""
    from day89.course.learn.fingerprint import fingerprints
    from day89.course.learn.state import FOLDER, LearnerState

    if path.name != "exercise.py" or not (path.parent / FOLDER).is_dir() or not any(one.checks for one in result.tasks):
        return
    state = LearnerState(path.parent)
    now = fingerprints(read(path).tree, [one.function for one in result.tasks])
    for one in result.tasks:
        state.note(one, now.get(one.function), seed)
    state.save()


def finish(args: argparse.Namespace, results: Results) -> int:
    """Write the result file, draw the table, and return the exit status."""
    data = results.as_json()
    if args.json and args.json != "-":
        _write(args.json, data)
    formats.write(args, data)
    if "-" not in formats.targets(args):
        whole = not args.task and not args.exercise
        color, width = terminal.wants_color(sys.stdout), terminal.width_of(sys.stdout)
        print(terminal.draw(results, color=color, whole=whole, trace=args.trace, width=width))
    return _status(results.submissions[0], args.min_score)


def _write(target: str, data: dict[str, Any]) -> None:
    try:
        write_text(Path(target), json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None


def _status(result: SubmissionResult, min_score: float | None) -> int:
    if result.status == "tool_error":
        raise ToolError(f"{result.message}; this is not your fault: `day89 course check` may say more")
    if result.sha256 is None:
        return 2
    return int(min_score is not None and result.score < min_score)
