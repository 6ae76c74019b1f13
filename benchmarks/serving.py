"""Measure the inference app beside the lesson's own app and its peers, with the same engine on both sides, in one run.

    python benchmarks/serving.py [--rounds 5] [--seconds 1.2] [--connections 16] [--model lr|rf] [--rows 1 --rows 100]
                                 [--peers litserve,mlserver,bentoml,mlflow] [--environments FOLDER] [--only onnx]

Needs the dependency group ``bench``. All servers run at once and are asked in turn in short bursts, so every ratio is
taken within one round. Shown are medians: requests a second (beside them those of the best round: noise only ever
slows), the ratio to the lesson's app, and what a request costs the server (all of its processes) in processor time,
which is what holds on a noisy machine. Every server's answer is compared with the model's before it is measured.
``day89 onnx + log`` also writes every prediction to its spool. ``--peers`` adds those servers, each in a virtual
environment that is made for it in ``--environments``, or in a temporary folder; it never touches the environment of
this project.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from serving_peers import PACKAGES, SERVERS, Rows, Server, make_python

Process = subprocess.Popen[bytes]
START_SECONDS = 200.0


def make_model(folder: Path, kind: str) -> tuple[Rows, list[int]]:
    """Train, convert, write the files; return rows to ask with, and the answers to them."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from day89.models.formats import dump_file
    from day89.models.manifest import Manifest, describe

    x, y = load_breast_cancer(return_X_y=True)
    last = LogisticRegression() if kind == "lr" else RandomForestClassifier(50, random_state=0)
    model = make_pipeline(StandardScaler(), last).fit(x[::2], y[::2])
    for format in ("joblib", "onnx"):
        dump_file(format, model, folder / f"model.{format}", x[1::2])
    manifest = Manifest(name="cancer", version=1, files=(), **describe(model, x[1::2]))
    (folder / "manifest.json").write_bytes(manifest.to_json())
    return x[:100].tolist(), model.predict(x[:100]).tolist()


@contextmanager
def running(server: Server, python: str, folder: Path) -> Iterator[tuple[Process, int]]:
    """Run a server; yield its process and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = folder / f"server_{port}.py"
    script.write_text(server.script())
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment |= {"FOLDER": str(folder), "PORT": str(port), "ENGINE": server.engine, "HOME": str(folder)}
    with (folder / f"{port}.log").open("wb") as output:
        process = subprocess.Popen(
            [python, str(script)], env=environment, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):  # and what it leaves behind
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(name: str, process: Process, port: int, rows: Rows, want: list[int], log: Path) -> None:
    """Wait until a server answers, and see that it answers as the model does."""
    server, body = SERVERS[name], b""
    end = time.monotonic() + START_SECONDS
    while not body and process.poll() is None and time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
            head, found = ask(line, server.request(rows))
            body = found if b" 200 " in head.split(b"\r\n")[0] else b""
        time.sleep(0.5)
    if not body:
        raise SystemExit(f"{name} does not answer:\n{log.read_text()[-2000:]}")
    if server.predictions(json.loads(body)) != want:
        raise SystemExit(f"{name} answers wrongly: {body[:200]!r}")


def ask(line: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Send one request and read one answer: its head and its body."""
    line.sendall(request)
    data = bytearray()
    while not (found := split(data)):
        if not (piece := line.recv(1 << 16)):
            raise OSError("closed")
        data += piece
    return found


def split(data: bytearray) -> tuple[bytes, bytes] | None:
    """Return head and body of an answer that is there as a whole."""
    head, end, body = bytes(data).partition(b"\r\n\r\n")
    if not end:
        return None
    head = head.lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    return (head, body) if len(body) >= length else None


def burst(port: int, request: bytes, connections: int, seconds: float) -> tuple[int, int]:
    """Ask over several connections for some time; return how many were answered, and how many otherwise than 200."""
    end, count, wrong = time.perf_counter() + seconds, 0, 0
    with selectors.DefaultSelector() as lines:  # one thread: sixteen would wait for each other's lock
        for _ in range(connections):
            send(lines, socket.create_connection(("127.0.0.1", port)), request)
        while lines.get_map():
            for key, _ in lines.select():
                line: Any = key.fileobj
                if not (piece := line.recv(1 << 16)):
                    raise SystemExit(f"the server at {port} has closed a connection before its answer")
                key.data.extend(piece)
                if not (found := split(key.data)):
                    continue
                count += 1
                wrong += b" 200 " not in found[0].split(b"\r\n")[0]
                lines.unregister(line)
                if b"connection: close" in found[0]:  # so does Flask's own server, each time
                    line.close()
                    line = socket.create_connection(("127.0.0.1", port))
                if time.perf_counter() < end:
                    send(lines, line, request)
                else:
                    line.close()
    return count, wrong


def send(lines: selectors.BaseSelector, line: socket.socket, request: bytes) -> None:
    """Send one request, and await the answer among others."""
    line.sendall(request)
    lines.register(line, selectors.EVENT_READ, bytearray())


def cpu_seconds(process: Process) -> float:
    """Return the processor time that a server and its children have used."""
    import psutil

    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def compare(servers: dict[str, tuple[Process, int]], rows: Rows, args: argparse.Namespace) -> None:
    """Ask all servers in turn, round by round, and print a table."""
    speed: dict[str, list[float]] = {name: [] for name in servers}
    cost: dict[str, list[float]] = {name: [] for name in servers}
    failed = dict.fromkeys(servers, 0)
    for _ in range(args.rounds):
        for name, (process, port) in servers.items():
            before, start = cpu_seconds(process), time.perf_counter()
            answered, wrong = burst(port, SERVERS[name].request(rows), args.connections, args.seconds)
            speed[name].append(answered / (time.perf_counter() - start))
            cost[name].append(1000 * (cpu_seconds(process) - before) / max(answered, 1))
            failed[name] += wrong
    lesson = next(iter(servers))
    print(f"\n{args.model}, rows: {len(rows)}, {args.connections} connections, medians of {args.rounds} rounds")
    print(f"{'server':23}{'req/s':>8}{'best':>8}{'x lesson':>10}{'CPU ms':>9}{'x lesson':>10}{'not 200':>9}")
    for name in servers:
        ratio = statistics.median(a / b for a, b in zip(speed[name], speed[lesson], strict=True))
        share = statistics.median(a / b for a, b in zip(cost[name], cost[lesson], strict=True))
        print(
            f"{name:23}{statistics.median(speed[name]):8.0f}{max(speed[name]):8.0f}{ratio:10.2f}{statistics.median(cost[name]):9.2f}"
            f"{share:10.2f}{failed[name]:9}",
            flush=True,
        )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--model", choices=["lr", "rf"], default="lr")
    parser.add_argument("--rows", type=int, action="append", help="rows in a request; may be given again")
    parser.add_argument("--peers", default="", help=f"of {','.join(PACKAGES)}, with commas between them")
    parser.add_argument("--environments", type=Path, help="where to make, or find, the peers' virtual environments")
    parser.add_argument("--only", default="", metavar="WORD", help="servers with this in their names, and the lesson's")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that no server is left behind
    peers = list(filter(None, args.peers.split(",")))
    first, *others = SERVERS
    chosen = {name: SERVERS[name] for name in [first, *(name for name in others if args.only in name)]}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        pythons = {peer: make_python(peer, args.environments or folder) for peer in peers} | {"": sys.executable}
        rows, answers = make_model(folder, args.model)
        servers = {
            name: stack.enter_context(running(server, pythons[server.peer], folder))
            for name, server in chosen.items()
            if server.peer in pythons
        }
        for name, (process, port) in servers.items():
            wait_for(name, process, port, rows, answers, folder / f"{port}.log")
        for count in args.rows or [1, 100]:
            compare(servers, rows[:count], args)


if __name__ == "__main__":
    main()
