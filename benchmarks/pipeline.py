"""Measure the pipeline beside pandas, polars and duckdb: the same CSV, on the same server, in the same run.

    python benchmarks/pipeline.py [--size 10MB --size 100MB] [--rounds 2] [--only day89,polars]

Needs the dependency group ``bench``. Every way reads one CSV object from a SeaweedFS server on loopback, keeps the rows
without a missing value, every value as text, and writes one CSV object. Each runs in a process of its own. What only
day89 does in that time: rows set aside with reasons, parts that can be taken up again, checks of the number of fields.
Shown are MB of input a second and a processor second, and the peak memory of the process and of its largest child.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from transfer import peak_mib, server
from transfer_peers import ACCESS, BUCKET, REGION, SECRET, client

MB = 1_000_000
COLUMNS = ["order", "store", "day", "item", "count", "price", "discount", "note"]
Way = Callable[[Any, str, str], object]


def day89(jobs: int, backend: str, s3: Any, key: str, out: str) -> object:
    """Run the pipeline of this package."""
    from day89.pipeline import run_pipeline  # in the measured process only, like every peer below

    return run_pipeline(s3, BUCKET, [key], out, jobs=jobs, backend=backend)


def pandas_whole(s3: Any, key: str, out: str) -> None:
    """Read everything, write everything: the obvious lines."""
    import pandas

    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"]
    frame = pandas.read_csv(body, dtype=str, keep_default_na=False, na_values=[""]).dropna()
    s3.put_object(Bucket=BUCKET, Key=out, Body=frame.to_csv(index=False).encode())


def through_files(work: Callable[[str, str], object], s3: Any, key: str, out: str) -> None:
    """Download, work from file to file, upload."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in.csv", f"{folder}/out.csv"
        s3.download_file(BUCKET, key, source)
        work(source, target)
        s3.upload_file(target, BUCKET, out)


def polars_files(source: str, target: str) -> None:
    """Stream through polars."""
    import polars

    polars.scan_csv(source, infer_schema=False).drop_nulls().sink_csv(target)


def duckdb_files(source: str, target: str) -> None:
    """Stream through duckdb."""
    import duckdb

    whole = " AND ".join(f'"{name}" IS NOT NULL' for name in COLUMNS)
    query = f"SELECT * FROM read_csv('{source}', all_varchar=true, header=true) WHERE {whole}"
    duckdb.sql(f"COPY ({query}) TO '{target}' (HEADER, DELIMITER ',')")


WAYS: dict[str, Way] = {
    "day89": partial(day89, 1, "threading"),
    "day89 loky x2": partial(day89, 2, "loky"),
    "pandas whole": pandas_whole,
    "polars": partial(through_files, polars_files),
    "duckdb": partial(through_files, duckdb_files),
}


def make_csv(path: Path, size: int) -> None:
    """Write orders until the file has this size; one row in a hundred has a hole."""
    import numpy

    random = numpy.random.default_rng(1)
    numbers = random.integers(0, 1 << 30, 50_000).tolist()
    rows = [
        f"{n:08},{x % 199:03},2026-{x % 12 + 1:02}-{x % 28 + 1:02},{'' if n % 100 == 99 else f'item-{x % 99991:05}'},"
        f"{x % 20},{x % 99901 / 100:.2f},{x % 51 / 100:.2f},note {x}\n"
        for n, x in enumerate(numbers)
    ]
    block = "".join(rows).encode()
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\n").encode())
        while (left := size - file.tell()) > len(block):
            file.write(block)
        file.write(block[: block.rfind(b"\n", 0, max(left, 200)) + 1])


def measure(name: str, endpoint: str, key: str) -> None:
    """Run one way once and print its figures; in a process of its own."""
    s3 = client(endpoint)
    start = time.perf_counter()
    WAYS[name](s3, key, f"out/{os.getpid()}.csv")
    wall = time.perf_counter() - start
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    if "loky" in name:  # its workers are counted when they have ended
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "own": peak_mib(), "child": children.ru_maxrss / unit}))


def once(name: str, endpoint: str, key: str) -> dict[str, float]:
    """Measure one way in a new process."""
    environment = {
        **os.environ, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": REGION,
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, __file__, "--measure", name, "--endpoint", endpoint, "--key", key]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"{name} failed:\n{ran.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def compare(names: list[str], size: str, rounds: int, endpoint: str, folder: Path) -> None:
    """Put one input, run every way in turn, print a table."""
    path = folder / "in.csv"
    make_csv(path, _bytes(size))
    client(endpoint).upload_file(str(path), BUCKET, f"in/{size}.csv")
    megabytes = path.stat().st_size / MB
    path.unlink()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            found[name].append(once(name, endpoint, f"in/{size}.csv"))
    print(f"\n{size}: {megabytes:.0f} MB, medians of {rounds}")
    print(f"{'way':15}{'MB/s':>8}{'MB/CPU s':>10}{'own MiB':>9}{'child MiB':>11}")
    for name, runs in found.items():
        middle = {field: statistics.median(run[field] for run in runs) for field in runs[0]}
        print(
            f"{name:15}{megabytes / middle['wall']:8.1f}{megabytes / middle['cpu']:10.1f}"
            f"{middle['own']:9.0f}{middle['child']:11.0f}",
            flush=True,
        )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", action="append", metavar="10MB", help="length of the input; may be given again")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default=",".join(WAYS), help="ways, with commas between them")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--endpoint", help=argparse.SUPPRESS)
    parser.add_argument("--key", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.measure, args.endpoint, args.key)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that no server is left behind
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "weed").mkdir()
        with server(folder / "weed") as endpoint:
            client(endpoint).create_bucket(Bucket=BUCKET)
            for size in args.size or ["10MB", "100MB"]:
                compare(args.only.split(","), size, args.rounds, endpoint, folder)


def _bytes(text: str) -> int:
    units = {"MB": MB, "GB": 1000 * MB}
    return int(float(text[:-2]) * units[text[-2:].upper()])


if __name__ == "__main__":
    main()
