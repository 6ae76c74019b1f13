"""Grade a cohort of generated submissions, kill the grader half-way with ``kill -9``, resume, and count.

    python benchmarks/cohort.py [COUNT] [--keep FOLDER]

The mix: right answers, stubs, the wrong answers of tests/variants, some of the hostile ones of tests/course, and
files that cannot be read. Only tasks 1.1 and 1.3 are judged, so that a thousand fit in minutes. It fails where a
submission is lost, graded twice, or paid for what it did not do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from day89.course.validate.variants import build, find_variants

ROOT = Path(__file__).resolve().parents[1]
TASKS = ("1.1", "1.3")
HOSTILE = (
    *("exits at once when imported", "exits inside a call", "loops inside a call", "takes private memory"),
    *("prints a flood", "writes a huge file", "returns what equals everything", "patches boto3"),
    *("reads the answers by path", "writes frames to the grader", "puts HTML into its error", "starts processes"),
)
UNREADABLE = (
    b"def list_keys(:\n",
    "# gr\u00fcn\n".encode("latin-1"),
    b"x = 1\x00\n",
    b"import no_such_module\n",
    b"1 / 0\n",
)
WAIT_SECONDS = 20.0


def main() -> None:
    """Generate, grade, kill, resume, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="a folder for the result file and the page, which stay")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="day89-bench-") as name:
        folder = args.keep or Path(name)
        folder.mkdir(exist_ok=True)
        kinds = generate(folder / "submissions", args.count)
        print(f"{args.count} submissions: " + ", ".join(f"{n} {kind}" for kind, n in Counter(kinds.values()).items()))
        first = graded(folder, stop_at=args.count // 2)
        kept = whole_lines(folder / "results.json.part")
        print(f"kill -9 with {len(kept)} results on the disk; {first}")
        second = graded(folder, stop_at=None)
        print(f"resumed: {second}")
        judge(json.loads((folder / "results.json").read_text())["submissions"], kinds, kept)


def generate(folder: Path, count: int) -> dict[str, str]:
    """Write the submissions.

    Returns:
        Name of each to its kind.
    """
    sys.path.insert(0, str(ROOT / "tests" / "course"))
    from hostile import ATTACKS, source  # a file of the tests, no package

    solution, stub = ((ROOT / name).read_text("utf-8") for name in ("solution.py", "exercise.py"))
    variants = [one for one in find_variants(ROOT / "tests" / "variants") if one.task in TASKS]
    wrong = [one for one in variants if one.kind == "chaff" and "_F" not in one.name and "fakes" not in one.name]
    right = [one for one in variants if one.kind == "wheat"]
    places = {"canary": "/nowhere/canary", "checks": "/nowhere", "secret": "/nowhere/secret", "port": 9}
    draw, kinds = random.Random(89), {}
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (kind,) = draw.choices(("right", "stub", "wrong", "hostile", "unreadable"), (40, 25, 30, 2, 3))
        data = {
            "right": lambda: build(solution, [draw.choice(right)]).encode(),
            "stub": lambda: stub.encode(),
            "wrong": lambda: build(solution, [draw.choice(wrong)]).encode(),
            "hostile": lambda: source(ATTACKS[draw.choice(HOSTILE)], places).encode(),
            "unreadable": lambda: draw.choice(UNREADABLE),
        }[kind]()
        (folder / f"learner{number:04}.py").write_bytes(data + f"\n# {number}\n".encode())
        kinds[f"learner{number:04}.py"] = kind
    return kinds


def graded(folder: Path, stop_at: int | None) -> str:
    """Run ``day89 grade``, and kill it once so many results are on the disk.

    Returns:
        In words: how many, how fast, how much memory a worker had at the beginning and at the end.
    """
    words = [sys.executable, "-m", "day89", "grade", str(folder / "submissions"), "--seed", "1", "--resume"]
    words += [word for task in TASKS for word in ("--task", task)]
    words += ["--json", str(folder / "results.json"), "--html", str(folder / "report.html")]
    part = folder / "results.json.part"
    before, began = len(whole_lines(part)), time.perf_counter()
    memory: list[float] = []
    with (folder / "log.txt").open("a") as log:
        process = psutil.Popen(words, stdout=log, stderr=log)
        while process.poll() is None:
            time.sleep(1)
            memory.append(_a_worker(process))
            if stop_at is not None and len(whole_lines(part)) >= stop_at:
                _kill(process)
    wall = time.perf_counter() - began
    if stop_at is None and process.returncode != 0:
        raise SystemExit(f"day89 grade ended with {process.returncode}: see {folder / 'log.txt'}")
    done = (len(whole_lines(part)) if stop_at else len(list((folder / "submissions").iterdir()))) - before
    seen = [one for one in memory if one][5:] or [0.0]  # without the start
    quarter = max(1, len(seen) // 4)
    early, late = statistics.median(seen[:quarter]), statistics.median(seen[-quarter:])
    return (
        f"{done} in {wall:.0f} s, {done / wall:.1f} a second; a worker had {early:.0f} MB at first, {late:.0f} at last"
    )


def whole_lines(part: Path) -> dict[str, dict[str, object]]:
    """Return the results that are on the disk, by name."""
    if not part.exists():
        return {}
    lines = part.read_text("utf-8").split("\n")[1:-1]
    return {one["path"]: one for one in map(json.loads, lines)}


def _a_worker(process: psutil.Process) -> float:
    """Return the MB of one worker, with its warm server and all below that: the middle of all workers."""
    found = []
    try:
        for worker in process.children():
            below = worker.children(recursive=True)
            if any("day89.course.grading.forkserver" in one.cmdline() for one in below):
                found.append(sum(one.memory_full_info().pss for one in [worker, *below]) / 1e6)
    except psutil.Error:  # one of them has just ended
        return 0.0
    return statistics.median(found) if found else 0.0


def _kill(process: psutil.Popen) -> None:
    below = process.children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, left = psutil.wait_procs(below, WAIT_SECONDS)
    if left:
        raise SystemExit(f"{WAIT_SECONDS:g} s after kill -9 these still run: {[one.cmdline() for one in left]}")


def judge(entries: list[dict[str, object]], kinds: dict[str, str], kept: dict[str, dict[str, object]]) -> None:
    """Compare what came out with what went in."""
    names = Counter(str(one["path"]) for one in entries)
    lost, twice = set(kinds) - set(names), [name for name, n in names.items() if n > 1]
    again = [one["path"] for one in entries if one["path"] in kept and one != kept[str(one["path"])]]
    print(f"lost {len(lost)}, there twice {len(twice)}, graded again after the kill {len(again)} of {len(kept)}")
    for kind in sorted(set(kinds.values())):
        mine = [one for one in entries if kinds[str(one["path"])] == kind]
        words = ", ".join(f"{n} {status}" for status, n in Counter(str(one["status"]) for one in mine).items())
        scores = sorted(Counter(float(str(one["score"])) for one in mine).items())
        print(f"  {kind:<11}{words}; points {', '.join(f'{score:g}: {n}' for score, n in scores)}")
    full = [
        one["path"] for one in entries if (one["score"] == one["max_score"]) != (kinds[str(one["path"])] == "right")
    ]
    if lost or twice or again or full:
        raise SystemExit(f"wrong: {sorted(map(str, full))[:20]}")


if __name__ == "__main__":
    main()
