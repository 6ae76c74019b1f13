"""Measure transfers of one large object beside other Python clients, on the same server in the same run.

    python benchmarks/transfer.py [--mib 256] [--rounds 5] [--only day89,obstore]

Needs the dependency group ``bench``. Starts a SeaweedFS server on loopback, runs every client ``rounds`` times in turn,
each in a process of its own, and prints medians, the best round, processor seconds, peak memory of the whole process,
and the ratio of our speed to the fastest other client's. ``--directory /dev/shm`` takes the disk out of the picture.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ACCESS, SECRET, REGION, BUCKET, KEY = "day89key", "day89secret00", "us-east-1", "bench", "object.bin"
PIECE = 1 << 20
PEERS = ("obstore", "opendal", "minio", "smart_open", "boto3")
Move = Callable[[str, Path, Path], None]


def client(endpoint: str) -> Any:
    """Make the S3 client that day89 and boto3 use here."""
    import boto3  # in the measured process only, like every client below

    return boto3.client("s3", REGION, endpoint_url=endpoint, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET)


def day89(endpoint: str) -> tuple[Move, Move]:
    """Move with this package."""
    from day89.s3 import download_file, upload_file

    s3 = client(endpoint)
    return (
        lambda key, source, _: upload_file(s3, source, BUCKET, key) and None,
        lambda key, _, target: download_file(s3, BUCKET, key, target) and None,
    )


def boto3(endpoint: str) -> tuple[Move, Move]:
    """Move with boto3's own defaults."""
    s3 = client(endpoint)
    return (
        lambda key, source, _: s3.upload_file(str(source), BUCKET, key),
        lambda key, _, target: s3.download_file(BUCKET, key, str(target)),
    )


def obstore(endpoint: str) -> tuple[Move, Move]:
    """Move with obstore (Rust object_store)."""
    import obstore as library
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=endpoint,
        region=REGION,
        access_key_id=ACCESS,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
        virtual_hosted_style_request=False,
    )

    def up(key: str, source: Path, _: Path) -> None:
        library.put(store, key, source)

    def down(key: str, _: Path, target: Path) -> None:
        with target.open("wb") as file:
            for piece in library.get(store, key).stream(min_chunk_size=PIECE):
                file.write(piece)

    return up, down


def opendal(endpoint: str) -> tuple[Move, Move]:
    """Move with opendal (Rust)."""
    import opendal as library

    store = library.Operator(
        "s3", bucket=BUCKET, endpoint=endpoint, region=REGION, access_key_id=ACCESS, secret_access_key=SECRET
    )

    def up(key: str, source: Path, _: Path) -> None:
        with source.open("rb") as file, store.open(key, "wb") as out:
            while piece := file.read(8 * PIECE):
                out.write(piece)

    def down(key: str, _: Path, target: Path) -> None:
        with store.open(key, "rb") as body, target.open("wb") as file:
            while piece := body.read(PIECE):
                file.write(piece)

    return up, down


def minio(endpoint: str) -> tuple[Move, Move]:
    """Move with minio-py."""
    from minio import Minio

    store = Minio(endpoint.removeprefix("http://"), ACCESS, SECRET, secure=False, region=REGION)
    return (
        lambda key, source, _: store.fput_object(BUCKET, key, str(source)) and None,
        lambda key, _, target: store.fget_object(BUCKET, key, str(target)) and None,
    )


def smart_open(endpoint: str) -> tuple[Move, Move]:
    """Move with smart_open."""
    from smart_open import open as remote

    options = {"client": client(endpoint)}

    def up(key: str, source: Path, _: Path) -> None:
        with source.open("rb") as file, remote(f"s3://{BUCKET}/{key}", "wb", transport_params=options) as out:
            shutil.copyfileobj(file, out, PIECE)

    def down(key: str, _: Path, target: Path) -> None:
        with remote(f"s3://{BUCKET}/{key}", "rb", transport_params=options) as body, target.open("wb") as file:
            shutil.copyfileobj(body, file, PIECE)

    return up, down


def measure(name: str, way: str, endpoint: str, source: Path, target: Path) -> None:
    """Do one transfer in this process and print what it took as JSON."""
    up, down = globals()[name](endpoint)
    key = KEY if way == "down" else f"up-{name}"
    before, began = time.process_time(), time.perf_counter()
    (up if way == "up" else down)(key, source, target)
    seconds, cpu = time.perf_counter() - began, time.process_time() - before
    if way == "down" and target.stat().st_size != source.stat().st_size:
        raise SystemExit(f"{name} got {target.stat().st_size} bytes")
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak_mib()}))


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
        process.terminate()
        process.wait(20)


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
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer in 30 seconds")


def once(name: str, way: str, endpoint: str, source: Path, target: Path) -> dict[str, float]:
    """Do one transfer in a process of its own."""
    command = [sys.executable, __file__, "--child", name, way, endpoint, str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} {way}: {done.stderr.strip().splitlines()[-1:]}")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(way: str, names: list[str], rounds: int, mib: int, endpoint: str, folder: Path) -> None:
    """Run all clients in turn and print their table."""
    source, target = folder / "source.bin", folder / "target.bin"
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            results[name].append(once(name, way, endpoint, source, target))
            target.unlink(missing_ok=True)

    def median(name: str, what: str) -> float:
        return statistics.median(result[what] for result in results[name])

    def best(name: str) -> float:
        return min(result["seconds"] for result in results[name])

    print(f"\n{way}, {mib} MiB, {rounds} rounds; on a shared machine the best round is the least disturbed one")
    print(f"{'client':<12} {'MiB/s':>7} {'best':>7} {'CPU s':>7} {'peak MiB':>9}")
    for name in sorted(names, key=best):
        speeds = f"{mib / median(name, 'seconds'):>7.0f} {mib / best(name):>7.0f}"
        print(f"{name:<12} {speeds} {median(name, 'cpu'):>7.2f} {median(name, 'peak'):>9.0f}")
    others = [name for name in names if name != "day89"]
    fastest = min(others, key=lambda name: median(name, "seconds"))
    quickest = min(others, key=best)
    print(f"medians: {median(fastest, 'seconds') / median('day89', 'seconds'):.2f} of the speed of {fastest}")
    print(f"best rounds: {best(quickest) / best('day89'):.2f} of the speed of {quickest}")


def main() -> None:
    """Read the options, start the server, compare both ways."""
    parser = argparse.ArgumentParser(description="Compare S3 transfers of one large object.")
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ways", default="down,up")
    parser.add_argument("--directory", help="where files and the server's data go; None is the usual temporary folder")
    parser.add_argument("--only", default=",".join(PEERS), help="peers to compare with")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped and the files go
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        folder = Path(name)
        with (folder / "source.bin").open("wb") as file:
            for _ in range(options.mib):
                file.write(os.urandom(PIECE))
        (folder / "weed").mkdir()
        with server(folder / "weed") as endpoint:
            s3 = client(endpoint)
            s3.create_bucket(Bucket=BUCKET)
            s3.upload_file(str(folder / "source.bin"), BUCKET, KEY)
            names = ["day89", *options.only.split(",")]
            for way in options.ways.split(","):
                compare(way, names, options.rounds, options.mib, endpoint, folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        measure(sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]), Path(sys.argv[6]))
    else:
        main()
