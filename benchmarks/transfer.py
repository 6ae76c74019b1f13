"""Measure transfers beside other Python clients, on the same server in the same run: one large object, many small ones.

    python benchmarks/transfer.py [--ways down,up,down-many,up-many] [--rounds 7] [--only obstore,minio]
                                  [--mib 256] [--files 1000] [--kib 16] [--directory /dev/shm]

Needs the dependency group ``bench``. Starts a SeaweedFS server on loopback and lets every client move the same files in
every round, each in a process of its own, every other round in the opposite order. Ratios are taken within a round;
shown are medians: speed, processor seconds, and the memory of the whole process, once its client is made ("ready") and
at its peak. ``boto3-calls`` are boto3's bare calls, the limit for whatever is built on its client; it is no peer.
``--directory /dev/shm`` takes the disk out of the picture; uploads of all rounds stay there until the end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from transfer_peers import ACCESS, BUCKET, MOVERS, PIECE, SECRET, client

WAYS = ("down", "up", "down-many", "up-many")
LIMIT = "boto3-calls"
Result = dict[str, float]


def serve(name: str, way: str, endpoint: str, count: int) -> None:
    """Be one client in a process of its own: do one way for each line that asks, and print what it took."""
    move = getattr(MOVERS[name](endpoint, file_names(count)), way.replace("-", "_"))
    ready = peak_mib()
    for line in sys.stdin:
        key, path = json.loads(line)
        before, began = time.process_time(), time.perf_counter()
        move(key, Path(path))
        seconds, cpu = time.perf_counter() - began, time.process_time() - before
        print(json.dumps({"seconds": seconds, "cpu": cpu, "ready": ready, "peak": peak_mib()}), flush=True)


def file_names(count: int) -> list[str]:
    """Name the small files."""
    return [f"{number:06}.bin" for number in range(count)]


def peak_mib() -> float:
    """Return the most memory that this process held, imports included."""
    # Not ru_maxrss where it can be helped: on Linux it begins with what the parent held at the fork.
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (PIECE if sys.platform == "darwin" else 1024)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run SeaweedFS on loopback and give its endpoint."""
    identity = {"name": "admin", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}]}
    identity["actions"] = ["Admin", "Read", "Write", "List", "Tagging"]  # type: ignore[assignment]
    settings = folder / "s3.json"
    settings.write_text(json.dumps({"identities": [identity]}))
    s3, master, volume, filer = ports(4)
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if weed is None:
        raise SystemExit("no SeaweedFS: install the dependency group bench")
    command = [
        weed, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.config={settings}",
        f"-s3.port={s3}", f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}",
        "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    with (folder / "weed.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    endpoint = f"http://127.0.0.1:{s3}"
    try:
        wait_for(f"{endpoint}/healthz")
        yield endpoint
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server; one that takes its time over its goodbyes is killed: what it kept is thrown away anyway."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ports(count: int) -> list[int]:
    """Return free ports below 55000: SeaweedFS adds 10000 for its inner ports."""
    found: list[int] = []
    for port in range(20000 + os.getpid() % 20000, 55000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.append(port)
        if len(found) == count:
            break
    return found


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer in two minutes")


class Arena:
    """Hold the files and the server that all clients share, and check that what they moved is whole."""

    def __init__(self, folder: Path, endpoint: str, options: argparse.Namespace) -> None:
        self.folder, self.endpoint, self.files = folder, endpoint, options.files
        self.large, self.small = folder / "large.bin", folder / "small"
        self.sizes = {"": options.mib * PIECE, "-many": options.files * options.kib * 1024}
        self.amounts = {"": f"{options.mib} MiB", "-many": f"{options.files} files of {options.kib} KiB"}
        with self.large.open("wb") as file:
            for _ in range(options.mib):
                file.write(os.urandom(PIECE))
        self.small.mkdir()
        for name in file_names(options.files):
            (self.small / name).write_bytes(os.urandom(options.kib * 1024))
        self.s3 = client(endpoint)
        self.s3.create_bucket(Bucket=BUCKET)
        mover = MOVERS["boto3"](endpoint, file_names(options.files))
        mover.up("large", self.large)  # in parts: no client can check its CRC32, so all do the same work
        mover.up_many("small", self.small)

    def start(self, name: str, way: str) -> subprocess.Popen[str]:
        """Start the process of one client."""
        command = [sys.executable, __file__, "--client", name, way, self.endpoint, str(self.files)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def once(self, process: subprocess.Popen[str], name: str, way: str, number: int) -> Result:
        """Let one client do one way."""
        direction, _, many = way.partition("-")
        there, here = ("small", self.small) if many else ("large", self.large)
        if direction == "up":
            there = f"{way}-{name}-{number:03}"  # new every time: day89 would not send what is there already
        else:
            here = self.folder / f"target-{name}-{number}"
            if many:
                here.mkdir()
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps([there, str(here)]), file=process.stdin, flush=True)
        answer = process.stdout.readline()
        moved = self.stored(there) if direction == "up" else taken(here)
        if not answer or moved != self.sizes["-many" if many else ""]:
            raise SystemExit(f"{name} {way}: moved {moved} bytes")
        result: Result = json.loads(answer)
        return result

    def stored(self, prefix: str) -> int:
        """Return how many bytes lie under a prefix of the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return sum(item["Size"] for page in pages for item in page.get("Contents", []))


def taken(path: Path) -> int:
    """Return how many bytes a file or a folder of files has, and remove it."""
    if path.is_file():
        size = path.stat().st_size
        path.unlink()
    else:
        size = sum(file.stat().st_size for file in path.iterdir())
        shutil.rmtree(path)
    return size


def compare(arena: Arena, way: str, names: list[str], rounds: int) -> None:
    """Run all clients in turn and print their table; one that is stopped early shows the rounds that it has."""
    results: dict[str, list[Result]] = {name: [] for name in names}
    with ExitStack() as stack:
        processes = {name: stack.enter_context(arena.start(name, way)) for name in names}
        try:
            for number in range(rounds):
                for name in names if number % 2 else reversed(names):
                    results[name].append(arena.once(processes[name], name, way, number))
        finally:
            whole = min(map(len, results.values()))
            if whole:
                show(arena, way, {name: result[:whole] for name, result in results.items()})


def show(arena: Arena, way: str, results: dict[str, list[Result]]) -> None:
    """Print the table of one way and how day89 stands to the fastest other client."""

    def median(name: str, what: str) -> float:
        return statistics.median(result[what] for result in results[name])

    def best(name: str) -> float:
        return min(result["seconds"] for result in results[name])

    def ratio(name: str) -> float:
        pairs = zip(results[name], results["day89"], strict=True)
        return statistics.median(theirs["seconds"] / ours["seconds"] for theirs, ours in pairs)

    kind = "-many" if way.endswith("-many") else ""
    amount, unit = (arena.files, "files/s") if kind else (arena.sizes[kind] / PIECE, "MiB/s")
    rounds = len(results["day89"])
    print(f"\n{way}, {arena.amounts[kind]}, {rounds} rounds; day89/x: day89's speed in the speed of that client")
    print(f"{'client':<12} {unit:>8} {'best':>6} {'day89/x':>8} {'CPU s':>7} {'ready MiB':>10} {'peak MiB':>9}")
    for name in sorted(results, key=ratio):
        speeds = f"{amount / median(name, 'seconds'):>8.0f} {amount / best(name):>6.0f} {ratio(name):>8.2f}"
        peak = max(result["peak"] for result in results[name])
        print(f"{name:<12} {speeds} {median(name, 'cpu'):>7.2f} {median(name, 'ready'):>10.1f} {peak:>9.1f}")
    fastest = min((name for name in results if name not in ("day89", LIMIT)), key=ratio)
    ahead = f"day89 has {ratio(fastest):.2f} of the speed of {fastest}, the fastest other client"
    print(f"{ahead}; in the best rounds {best(fastest) / best('day89'):.2f}", flush=True)


def main() -> None:
    """Read the options, start the server, compare every way."""
    peers = [name for name in MOVERS if name != "day89"]
    parser = argparse.ArgumentParser(description="Compare S3 transfers: one large object, many small ones.")
    parser.add_argument("--mib", type=int, default=256, help="size of the large object")
    parser.add_argument("--files", type=int, default=1000, help="number of the small objects")
    parser.add_argument("--kib", type=int, default=16, help="size of a small object")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--directory", help="where files and the server's data go; None is the usual temporary folder")
    parser.add_argument("--only", default=",".join(peers), help="clients to compare with")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped and the files go
    with tempfile.TemporaryDirectory(dir=options.directory, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "weed").mkdir()
        with server(folder / "weed") as endpoint:
            arena = Arena(folder, endpoint, options)
            for way in options.ways.split(","):
                compare(arena, way, ["day89", *options.only.split(",")], options.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        serve(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    else:
        main()
