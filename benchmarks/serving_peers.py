"""The servers that ``serving.py`` measures, each as a program that gets its folder and port from the environment.

All answer the same rows with the same files: ``model.joblib`` called through scikit-learn, or ``model.onnx`` through
onnxruntime with one thread. Each is set up as its own documentation has it, with logging of requests switched off, in
the fewest processes that it can run in: one, but for LitServe, BentoML and MLflow, which start others by themselves.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PACKAGES", "SERVERS", "Server", "make_python"]

Rows = list[list[float]]
HEAD = """
    import os, sys
    folder, port, engine = os.environ["FOLDER"], int(os.environ["PORT"]), os.environ["ENGINE"]
"""
# What every peer calls: the same engine on both sides.
ENGINE = """
    import numpy
    def load_predict():
        if engine == "joblib":
            import joblib
            return joblib.load(folder + "/model.joblib").predict
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(folder + "/model.onnx", options, providers=["CPUExecutionProvider"])
        name, label = session.get_inputs()[0].name, [session.get_outputs()[0].name]
        return lambda rows: session.run(label, {name: numpy.asarray(rows, dtype=numpy.float32)})[0]
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
DAY89 = """
    from pathlib import Path
    from day89.inference import Fixed, PredictionLog, create_app, serve, served_model
    from day89.models import Manifest, load_file
    class Nowhere:
        def put_object(self, Body, **_): Body.read()
    engine, logged = engine.removesuffix("+log"), engine.endswith("+log")
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
    Row = Annotated[list[float], Field(min_length=30, max_length=30)]
    class Body(BaseModel):
        model_config = ConfigDict(extra="forbid")
        features: Annotated[list[Row], Field(min_length=1, max_length=1000)]
    class Answer(BaseModel):
        prediction: list[int]
    predict = load_predict()
    app = FastAPI()
    WORD def answer(body: Body) -> Answer:
        return Answer(prediction=predict(body.features).tolist())
    app.post("/predict")(answer)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")
"""
LITSERVE = """
    import litserve
    class Api(litserve.LitAPI):
        def setup(self, device): self.call = load_predict()
        def decode_request(self, request): return request["features"]
        def predict(self, rows): return self.call(rows)
        def encode_response(self, output): return {"prediction": output.tolist()}
    if __name__ == "__main__":
        litserve.LitServer(Api(), accelerator="cpu", timeout=30).run(
            host="127.0.0.1", port=port, log_level="error", num_api_servers=1, generate_client_file=False)
"""
MLSERVER = """
    import asyncio, socket
    from mlserver import MLModel, MLServer, ModelSettings, Settings
    from mlserver.codecs import NumpyCodec
    from mlserver.types import InferenceResponse
    class Model(MLModel):
        async def load(self):
            self.call = load_predict()
            return True
        async def predict(self, payload):
            answer = self.call(NumpyCodec.decode_input(payload.inputs[0]))
            return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("predict", answer)])
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
    async def main():
        settings = Settings(host="127.0.0.1", http_port=port, grpc_port=free_port(), debug=False, parallel_workers=0,
                            metrics_endpoint=None)
        await MLServer(settings).start([ModelSettings(name="cancer", implementation=Model)])
    asyncio.run(main())
"""
BENTOML = """
    import bentoml
    @bentoml.service(metrics={"enabled": False}, logging={"access": {"enabled": False}})
    class Cancer:
        def __init__(self): self.call = load_predict()
        @bentoml.api
        def predict(self, features: numpy.ndarray) -> numpy.ndarray: return self.call(features)
    if __name__ == "__main__":
        name = os.path.basename(__file__).removesuffix(".py")
        os.execv(sys.executable, [sys.executable, "-m", "bentoml", "serve", name + ":Cancer", "--host",
                                  "127.0.0.1", "--port", str(port), "--working-dir", folder])
"""
MLFLOW = """
    import mlflow
    class Onnx(mlflow.pyfunc.PythonModel):
        def load_context(self, context): self.call = load_predict()
        def predict(self, context, model_input, params=None): return self.call(model_input)
    target = folder + "/mlflow-" + engine
    if engine == "joblib":
        import joblib
        mlflow.sklearn.save_model(joblib.load(folder + "/model.joblib"), target, serialization_format="pickle",
                                  pip_requirements=[])
    else:
        mlflow.pyfunc.save_model(target, python_model=Onnx(), pip_requirements=[])
    os.environ["PATH"] = os.path.dirname(sys.executable) + ":" + os.environ["PATH"]  # it calls uvicorn by name
    os.execv(sys.executable, [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", target, "--host",
                              "127.0.0.1", "--port", str(port), "--workers", "1", "--env-manager", "local"])
"""


def _plain(rows: Rows) -> Any:
    return {"features": rows}


def _open_inference(rows: Rows) -> Any:
    flat = [value for row in rows for value in row]
    return {"inputs": [{"name": "rows", "shape": [len(rows), len(rows[0])], "datatype": "FP64", "data": flat}]}


@dataclass(frozen=True)
class Server:
    """Say how to run a server, how to ask it, and where in its answer the predictions are.

    ``peer`` names the environment that it needs; empty is this one.
    """

    engine: str
    program: str
    peer: str = ""
    path: str = "/predict"
    body: Callable[[Rows], Any] = _plain
    predictions: Callable[[Any], Any] = lambda answer: answer["prediction"]

    def request(self, rows: Rows) -> bytes:
        """Return a whole HTTP request."""
        body = json.dumps(self.body(rows)).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def script(self) -> str:
        """Return the program."""
        return "".join(map(textwrap.dedent, (HEAD, ENGINE, self.program)))


def _mlserver(engine: str) -> Server:
    path = "/v2/models/cancer/infer"
    return Server(engine, MLSERVER, "mlserver", path, _open_inference, lambda answer: answer["outputs"][0]["data"])


def _mlflow(engine: str) -> Server:
    return Server(
        engine, MLFLOW, "mlflow", "/invocations", lambda rows: {"inputs": rows}, lambda answer: answer["predictions"]
    )


SERVERS = {
    "lesson, app.run": Server("joblib", LESSON),
    "day89 sklearn": Server("joblib", DAY89),
    "FastAPI sklearn": Server("joblib", FASTAPI.replace("WORD ", "")),
    "FastAPI async sklearn": Server("joblib", FASTAPI.replace("WORD", "async")),
    "LitServe sklearn": Server("joblib", LITSERVE, "litserve"),
    "MLServer sklearn": _mlserver("joblib"),
    "BentoML sklearn": Server("joblib", BENTOML, "bentoml", predictions=list),
    "MLflow sklearn": _mlflow("joblib"),
    "day89 onnx": Server("onnx", DAY89),
    "day89 onnx + log": Server("onnx+log", DAY89),
    "FastAPI onnx": Server("onnx", FASTAPI.replace("WORD ", "")),
    "FastAPI async onnx": Server("onnx", FASTAPI.replace("WORD", "async")),
    "LitServe onnx": Server("onnx", LITSERVE, "litserve"),
    "MLServer onnx": _mlserver("onnx"),
    "BentoML onnx": Server("onnx", BENTOML, "bentoml", predictions=list),
    "MLflow onnx": _mlflow("onnx"),
}
ENGINES = ("scikit-learn", "numpy", "joblib", "onnxruntime")
PACKAGES = {
    "litserve": ["litserve==0.2.19"],
    "mlserver": ["mlserver==1.7.1", "uvloop<0.22"],  # fails with a newer uvloop: SeldonIO/MLServer#2286
    "bentoml": ["bentoml==1.4.40"],
    "mlflow": ["mlflow==3.17.2"],
}


def make_python(peer: str, folder: Path) -> str:
    """Make a virtual environment for a peer, where there is none, with the engines at the versions of this one.

    Args:
        peer: one of ``PACKAGES``.
        folder: where environments are kept.

    Returns:
        The path of its Python.
    """
    python = folder / peer / "bin" / "python"
    if python.exists():
        return str(python)
    engines = [f"{name}=={importlib.metadata.version(name)}" for name in ENGINES]
    if shutil.which("uv"):
        make = ["uv", "venv", "--quiet", "--python", sys.executable, str(folder / peer)]
        fill = ["uv", "pip", "install", "--quiet", "--python", str(python)]
    else:
        make = [sys.executable, "-m", "venv", str(folder / peer)]
        fill = [str(python), "-m", "pip", "install", "--quiet"]
    subprocess.run(make, check=True)
    subprocess.run([*fill, *engines, *PACKAGES[peer]], check=True)
    return str(python)
