"""Measure grading, beside the graders that others use, in one run.

    python benchmarks/grading.py [--quick] [--only peers course cohort] [--packages FOLDER]

Processor seconds are those of all processes that take part, wherever they run. On a busy machine they are inflated by
up to a half and times are worth little: compare the ratios, which are medians of runs made in turn. Peers are installed
from PyPI into FOLDER (a temporary one if absent); the second time they are there already.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grading_peers as peers
import psutil

from day89.course.boundary.probes import candidates
from day89.course.cohort.grade_all import grade_all, plan_of
from day89.course.cohort.submissions import Source
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import choose, tasks
from day89.course.grading.grade import EVERYTHING, REHEARSAL, SERVER_MODULES, grade
from day89.course.grading.supervisor import WarmServer

FUNCTIONS = {
    "pure": ("add", "mean", "is_palindrome", "count_words", "primes_below"),
    "s3": ("upload_text", "list_keys"),
}
API = tuple(task.id for task in tasks() if task.exercise <= 3)
WORK = {"one task (1.3)": ("1.3",), "the 12 API tasks": API, "all 20 tasks": tuple(task.id for task in tasks())}


def main() -> None:
    """Measure what is asked for, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and submissions: for a look, not a record")
    parser.add_argument("--only", nargs="+", choices=("peers", "course", "cohort"), default=None)
    parser.add_argument("--packages", type=Path, help="where peers are installed, to be used again")
    args = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} processors, ", end="")
    print(f"{platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f} at the start")
    for name, measure in (("peers", _peers), ("course", _course), ("cohort", _cohort)):
        if not args.only or name in args.only:
            measure(args)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def _spent(process: psutil.Process) -> float:
    """Return the processor seconds of a process, of those that it has waited for, and of those below it."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += sum(one.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def _memory(process: psutil.Process) -> float:
    """Return the MB of a process and those below it, what they share counted once."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


@contextmanager
def _warm(modules: Sequence[str], isolation: str) -> Iterator[WarmServer]:
    confinement = None if isolation == "none" else dict(candidates())[isolation]
    with WarmServer(modules, confinement) as supervisor:
        supervisor.start()
        yield supervisor


def _server(supervisor: WarmServer) -> psutil.Process:
    assert supervisor._server is not None
    return psutil.Process(supervisor._server.pid)


# The peers' own assignments


def _peers(args: argparse.Namespace) -> None:
    count, rounds = (4, 1) if args.quick else (20, 3)
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="day89-bench-")))
        ready = dict.fromkeys(peers.PEERS, args.packages or top / "packages")
        for name in [name for name in ready if not peers.install(name, ready[name])]:
            print(f"skipped: {name} cannot be installed here")
            del ready[name]
        for assignment in FUNCTIONS:
            _one_assignment(assignment, ready, top, count, rounds)


def _one_assignment(assignment: str, ready: dict[str, Path], top: Path, count: int, rounds: int) -> None:
    folders = peers.hand_out(assignment, top / assignment, count)
    found: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    runs: dict[str, Callable[[], float]] = {}
    for name, packages in ready.items():
        words = peers.peer_command(name, assignment, packages)
        if words is not None:
            some = folders[:3] if name == "otter run" else folders  # ten seconds each
            runs[name] = _loop(words, some, packages)
    for isolation in ("none", "landlock"):
        runs[f"day89, {'in process' if isolation == 'none' else isolation}"] = _ours(assignment, folders, isolation)
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            found.setdefault(name, []).append(run())
            size = 3 if name == "otter run" else count
            times.setdefault(name, []).append((time.perf_counter() - began) / size)
    best = min(
        (name for name in found if not name.startswith("day89")), key=lambda name: statistics.median(found[name])
    )
    print(f"\n{assignment}: {count} submissions one after the other, {rounds} rounds in turn, start included")
    print(f"  {'grader':<24}{'CPU s a submission':>20}{'wall s':>9}{'of the best peer':>18}")
    for name, seconds in found.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, found[best], strict=True))
        print(f"  {name:<24}{statistics.median(seconds):>20.3f}{statistics.median(times[name]):>9.2f}{ratio:>18.2f}")


def _loop(words: list[str], folders: list[Path], packages: Path) -> Callable[[], float]:
    return lambda: sum(peers.spent_by(words, folder, packages) for folder in folders) / len(folders)


def _ours(assignment: str, folders: list[Path], isolation: str) -> Callable[[], float]:
    names, checks = FUNCTIONS[assignment], peers.ASSIGNMENTS / assignment / "ours"
    first = tasks()[0]
    own = [replace(first, id=f"1.{place + 1}", function=name) for place, name in enumerate(names)]
    modules = [*SERVER_MODULES, REHEARSAL] if assignment == "s3" else ["pytest", "day89.course.grading.session"]

    def run() -> float:
        with _warm(modules, isolation) as supervisor:
            for number, folder in enumerate(folders):
                result = grade(folder / "exercise.py", own, 1, checks=checks, supervisor=supervisor)
                passed = sum(task.status == "passed" for task in result.tasks)
                assert (result.status, passed) == ("graded", len(own) - (number % 4 == 3)), result
            return _spent(_server(supervisor)) / len(folders)

    return run


# The course


def _course(args: argparse.Namespace) -> None:
    rounds = 2 if args.quick else 7
    solution = course_file("solution.py")
    print("\ncold: a new process each time")
    for words, file in ((["--task", "1.3"], "solution.py"), (["--task", "1.3"], "exercise.py"), ([], "exercise.py")):
        command = [sys.executable, "-m", "day89", "grade", *words, str(course_file(file))]
        spent, wall = _timed(lambda command=command: _cold(command), rounds)
        print(f"  day89 grade {' '.join([*words, file]):<28}{spent:>8.2f} CPU s{wall:>8.2f} s")
    print("\nwarm: what a learner sees who watches, and what a submission of a cohort costs; rounds in turn")
    print(f"  {'':<20}{'isolation':<13}{'CPU s':>7}{'wall s':>9}{'CPU of in process':>19}{'memory MB':>11}")
    for title, ids in WORK.items():
        few = max(2, rounds // 2) if len(ids) == 20 else rounds
        for isolation, row in _paired(solution, choose(list(ids), None), few).items():
            print(f"  {title:<20}{isolation:<13}{row[0]:>7.2f}{row[1]:>9.2f}{row[2]:>19.2f}{row[3]:>11.0f}")


def _cold(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def _timed(run: Callable[[], float], rounds: int) -> tuple[float, float]:
    spent, wall = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        spent.append(run())
        wall.append(time.perf_counter() - began)
    return statistics.median(spent), statistics.median(wall)


def _paired(path: Path, chosen: Sequence[Any], rounds: int) -> dict[str, tuple[float, float, float, float]]:
    names = ("none", "landlock", "bubblewrap")
    spent: dict[str, list[float]] = {name: [] for name in names}
    wall: dict[str, list[float]] = {name: [] for name in names}
    memory = {}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_warm(EVERYTHING, name)) for name in names}
        for supervisor in servers.values():
            grade(path, chosen, 1, supervisor=supervisor)  # the first one waits for the imports
        for _ in range(rounds):
            for name, supervisor in servers.items():
                before, began = _spent(_server(supervisor)), time.perf_counter()
                result = grade(path, chosen, 1, supervisor=supervisor)
                wall[name].append(time.perf_counter() - began)
                spent[name].append(_spent(_server(supervisor)) - before)
                assert result.score == result.max_score, result
        for name, supervisor in servers.items():
            memory[name] = _memory(_server(supervisor))
    return {
        name: (
            statistics.median(spent[name]),
            statistics.median(wall[name]),
            statistics.median(one / other for one, other in zip(spent[name], spent["none"], strict=True)),
            memory[name],
        )
        for name in names
    }


# A cohort


def _cohort(args: argparse.Namespace) -> None:
    sizes = (4, 8) if args.quick else (20, 40, 80)
    text = course_file("solution.py").read_text(encoding="utf-8")
    print("\ncohort: exercise 1 of right answers, landlock, start included; memory of this process and all below it")
    print(f"  {'submissions':>11}{'jobs':>6}{'wall s':>9}{'CPU s each':>12}{'memory MB, first and last quarter':>36}")
    for jobs in (1, 2):
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix="day89-bench-") as folder:
                sources = []
                for number in range(size):
                    path = Path(folder, f"s{number:03}.py")
                    path.write_text(f"{text}\n# {number}\n", encoding="utf-8")
                    sources.append(Source(path.name, path))
                wall, spent, early, late = _graded(sources, jobs)
            print(
                f"  {size:>11}{jobs:>6}{wall:>9.1f}{spent / size:>12.2f}{f'{early:.0f} and {late:.0f}':>36}", flush=True
            )


def _graded(sources: list[Source], jobs: int) -> tuple[float, float, float, float]:
    me, seen, done = psutil.Process(), [], threading.Event()
    plan = plan_of(choose(None, [1]), 1, dict(candidates())["landlock"])
    finished: list[int] = []

    def look() -> None:
        while not done.wait(0.5):
            if finished:  # the start is another matter
                seen.append(_memory(me))

    watcher = threading.Thread(target=look)
    watcher.start()
    before, began = _spent(me), time.perf_counter()
    grade_all(sources, plan, lambda number, entry: finished.append(number), jobs=jobs)
    wall, spent = time.perf_counter() - began, _spent(me) - before
    done.set()
    watcher.join()
    assert sorted(finished) == list(range(len(sources)))
    quarter = max(1, len(seen) // 4)
    return wall, spent, statistics.median(seen[:quarter]), statistics.median(seen[-quarter:])


if __name__ == "__main__":
    main()
