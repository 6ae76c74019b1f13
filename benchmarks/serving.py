"""Measure the inference app beside the lesson's own app and FastAPI, with the same engine on both sides, in one run.

    python benchmarks/serving.py [--rounds 5] [--seconds 1.5] [--connections 16] [--model lr|rf]
                                 [--peer litserve=/path/to/venv/bin/python]

Needs the dependency group ``bench``. All servers run at once, one process each, and are asked in turn in short bursts,
so every ratio is taken within one round. Shown are medians: requests a second, the ratio to the lesson's app, and what
a request costs the server in processor time, which is what holds on a noisy machine. ``day89 onnx + log`` also writes
every prediction to its spool. ``--peer`` adds LitServe from a virtual environment of its own (needs litserve,
scikit-learn, joblib, onnxruntime there); the other kinds of server would be added to ``PEERS`` the same way.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HEAD = """
    import sys, json
    folder, port = sys.argv[1], int(sys.argv[2])
"""
LESSON = """
    from flask import Flask, request
    import joblib
    app = Flask(__name__)
    model = joblib.load(folder + "/model.joblib")

    @app.route("/predict", methods=["POST"])
    def predict():
        data = request.json
        prediction = model.predict(data["features"])
        return {"prediction": prediction.tolist()}

    import logging
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app.run(host="127.0.0.1", port=port)
"""
OURS = """
    from pathlib import Path
    from day89.inference import Fixed, PredictionLog, create_app, serve, served_model
    from day89.models import Manifest, load_file
    class Nowhere:
        def put_object(self, Body, **_): Body.read()
    manifest = Manifest.from_json(Path(folder, "manifest.json").read_bytes(), "here")
    model = served_model(load_file(engine, Path(folder, "model." + engine)), manifest, engine)
    log = PredictionLog(Nowhere(), "bucket", folder + "/spool-" + engine) if logged else None
    serve(create_app(Fixed(model), log=log), port=port, on_start=lambda _: log and log.start())
"""
FASTAPI = """
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel, ConfigDict, Field
    from typing import Annotated
    import numpy, joblib, onnxruntime
    Row = Annotated[list[float], Field(min_length=30, max_length=30)]
    class Body(BaseModel):
        model_config = ConfigDict(extra="forbid")
        features: Annotated[list[Row], Field(min_length=1, max_length=1000)]
    class Answer(BaseModel):
        prediction: list[int]
    if engine == "onnx":
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder + "/model.onnx", options, providers=["CPUExecutionProvider"])
        name, label = session.get_inputs()[0].name, [session.get_outputs()[0].name]
        predict = lambda rows: session.run(label, {name: numpy.asarray(rows, dtype=numpy.float32)})[0]
    else:
        predict = joblib.load(folder + "/model.joblib").predict
    app = FastAPI()

    @app.post("/predict")
    def answer(body: Body) -> Answer:
        return Answer(prediction=predict(body.features).tolist())

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")
"""
LITSERVE = """
    import joblib, numpy, litserve
    class Api(litserve.LitAPI):
        def setup(self, device):
            if engine == "onnx":
                import onnxruntime
                session = onnxruntime.InferenceSession(folder + "/model.onnx", providers=["CPUExecutionProvider"])
                name, label = session.get_inputs()[0].name, [session.get_outputs()[0].name]
                self.call = lambda rows: session.run(label, {name: numpy.asarray(rows, dtype=numpy.float32)})[0]
            else:
                self.call = joblib.load(folder + "/model.joblib").predict
        def decode_request(self, request): return request["features"]
        def predict(self, rows): return self.call(rows)
        def encode_response(self, output): return {"prediction": output.tolist()}
    if __name__ == "__main__":
        litserve.LitServer(Api(), accelerator="cpu", timeout=30).run(
            host="127.0.0.1", port=port, log_level="error", num_api_servers=1, generate_client_file=False)
"""
SERVERS = {
    "lesson, app.run": ("", LESSON),
    "FastAPI sklearn": ("engine = 'joblib'", FASTAPI),
    "day89 sklearn": ("engine, logged = 'joblib', False", OURS),
    "FastAPI onnx": ("engine = 'onnx'", FASTAPI),
    "day89 onnx": ("engine, logged = 'onnx', False", OURS),
    "day89 onnx + log": ("engine, logged = 'onnx', True", OURS),
}
PEERS = {"litserve": {"LitServe sklearn": "engine = 'joblib'", "LitServe onnx": "engine = 'onnx'"}}
PEER_PROGRAMS = {"litserve": LITSERVE}


def make_model(folder: Path, kind: str) -> list[list[float]]:
    """Train, convert, write the files; return rows to ask with."""
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
    rows: list[list[float]] = x[:100].tolist()
    return rows


@contextmanager
def server(python: str, settings: str, program: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run a server; yield its process id and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = folder / f"server-{port}.py"
    script.write_text(textwrap.dedent(HEAD) + settings + textwrap.dedent(program))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (folder / f"{port}.log").open("wb") as output:
        process = subprocess.Popen(
            [python, str(script), str(folder), str(port)], env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process.pid, port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(port: int, request: bytes, folder: Path) -> None:
    """Wait until a server answers as it should."""
    for _ in range(240):
        try:
            with socket.create_connection(("127.0.0.1", port)) as line:
                if b" 200 " in ask(line, request).split(b"\r\n")[0]:
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"a server does not answer:\n{(folder / f'{port}.log').read_text()[-2000:]}")


def ask(line: socket.socket, request: bytes) -> bytes:
    """Send one request and read one answer."""
    line.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := line.recv(65536)):
            raise OSError("closed")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        if not (piece := line.recv(65536)):
            raise OSError("closed")
        body += piece
    return head


def burst(port: int, request: bytes, connections: int, seconds: float) -> tuple[int, int]:
    """Ask over several connections for some time; return how many were answered, and how many otherwise than 200."""
    end, counts, wrong = time.perf_counter() + seconds, [0] * connections, [0] * connections

    def one(number: int) -> None:
        line = socket.create_connection(("127.0.0.1", port))
        while time.perf_counter() < end:
            head = ask(line, request).lower()
            wrong[number] += b" 200 " not in head.split(b"\r\n")[0]
            counts[number] += 1
            if b"connection: close" in head:  # so does Flask's own server, each time
                line.close()
                line = socket.create_connection(("127.0.0.1", port))
        line.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), sum(wrong)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a server and its children have used."""
    import psutil

    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def compare(ports: dict[str, tuple[int, int]], request: bytes, args: argparse.Namespace, title: str) -> None:
    """Ask all servers in turn, round by round, and print a table."""
    speed: dict[str, list[float]] = {name: [] for name in ports}
    cost: dict[str, list[float]] = {name: [] for name in ports}
    failed = dict.fromkeys(ports, 0)
    for _ in range(args.rounds):
        for name, (pid, port) in ports.items():
            before, start = cpu_seconds(pid), time.perf_counter()
            answered, wrong = burst(port, request, args.connections, args.seconds)
            speed[name].append(answered / (time.perf_counter() - start))
            cost[name].append(1000 * (cpu_seconds(pid) - before) / max(answered, 1))
            failed[name] += wrong
    lesson = next(iter(ports))
    print(f"\n{title}, {args.connections} connections, medians of {args.rounds} rounds")
    print(f"{'server':20}{'req/s':>8}{'x lesson':>10}{'CPU ms':>9}{'x lesson':>10}{'not 200':>9}")
    for name in ports:
        ratio = statistics.median(a / b for a, b in zip(speed[name], speed[lesson], strict=True))
        share = statistics.median(a / b for a, b in zip(cost[name], cost[lesson], strict=True))
        print(
            f"{name:20}{statistics.median(speed[name]):8.0f}{ratio:10.2f}{statistics.median(cost[name]):9.2f}"
            f"{share:10.2f}{failed[name]:9}",
            flush=True,
        )


def request_of(rows: list[list[float]]) -> bytes:
    """Return a whole HTTP request."""
    body = json.dumps({"features": rows}).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--model", choices=["lr", "rf"], default="lr")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    args = parser.parse_args()
    programs = [(name, sys.executable, *what) for name, what in SERVERS.items()]
    for peer, _, python in (entry.partition("=") for entry in args.peer):
        programs += [(name, python, settings, PEER_PROGRAMS[peer]) for name, settings in PEERS[peer].items()]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        rows = make_model(folder, args.model)
        ports = {
            name: stack.enter_context(server(python, settings, program, folder))
            for name, python, settings, program in programs
        }
        for _, port in ports.values():
            wait_for(port, request_of(rows[:1]), folder)
        for count in (1, 100):
            compare(ports, request_of(rows[:count]), args, f"{args.model}, {count} row{'s' * (count > 1)}")


if __name__ == "__main__":
    main()
