"""Build the Flask app: parse, ask the model, log, answer."""

from __future__ import annotations

import json
import logging
import secrets
import time
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy
from flask import Flask, Response, request

from day89.inference.engine import ModelBusyError, ServedModel
from day89.inference.metrics import CONTENT_TYPE_LATEST, Metrics
from day89.inference.openapi import openapi_document
from day89.inference.prediction_log import PredictionLog
from day89.inference.problems import Problem, json_pointer, register_problems
from day89.inference.validation import Limits, read_body, read_rows

__all__ = ["create_app"]

logger = logging.getLogger(__name__)
STRICT_JSON = json.JSONEncoder(allow_nan=False).encode
LATER = {"Retry-After": "1"}
QUICK_BYTES = 1 << 18  # a longer body takes long enough to parse that the loop should not do it
# What a model's own code raises where it was not made for these numbers; the message is meant for who sent them.
REFUSALS = (ValueError, ArithmeticError, LookupError)
REFUSAL_CHARACTERS = 300


class Serving(Protocol):
    """The model in use at this moment: a ``Deployment`` or a ``Fixed`` one."""

    @property
    def current(self) -> ServedModel | None:
        """Return the model in use, or None where none is loaded yet."""


def create_app(
    serving: Serving,
    *,
    log: PredictionLog | None = None,
    limits: Limits | None = None,
    metrics: Metrics | None = None,
) -> Flask:
    """Build the app that serves a model.

    ``POST /predict`` takes ``{"features": ROW}`` or ``{"features": [ROW, ...]}``, a ROW by position or by name.
    ``GET /health`` says that the process lives, ``GET /ready`` that a model is loaded, ``GET /metrics`` counts for
    Prometheus, ``GET /openapi.json`` describes all of it. Every error is a problem (RFC 9457).

    Args:
        serving: knows the model in use; the app asks it once a request, so a change never cuts through one.
        log: where predictions are logged; None logs none.
        limits: what one request may cost.
        metrics: where to count; give the log the same one.

    Returns:
        A Flask app, for any WSGI server.
    """
    app = Flask("day89.inference", static_folder=None)
    app.url_map.merge_slashes = False  # "//predict" is not a route; a redirect would be one more kind of answer
    limits, metrics = limits or Limits(), metrics or Metrics()
    register_problems(app)
    app.add_url_rule("/health", view_func=lambda: _json({"status": "ok"}), endpoint="health")
    app.add_url_rule("/ready", view_func=lambda: _ready(serving, log), endpoint="ready")
    app.add_url_rule("/metrics", view_func=lambda: _metrics(serving, metrics, log), endpoint="metrics")
    app.add_url_rule("/openapi.json", view_func=lambda: _openapi(serving, limits), endpoint="openapi")
    app.add_url_rule(
        "/predict", view_func=lambda: _predict(serving, metrics, log, limits), endpoint="predict", methods=["POST"]
    )

    # Day89's own server asks for these; any other server leaves them be.
    app.extensions["day89.is_quick"] = lambda asked: _is_quick(serving, asked)
    app.extensions["day89.body_bytes"] = limits.body_bytes

    @app.after_request
    def count(response: Response) -> Response:
        metrics.requests.labels(request.endpoint or "none", response.status_code).inc()
        return response

    return app


def _is_quick(serving: Serving, asked: Any) -> bool:
    model = serving.current
    short = asked.body_bytes_received <= QUICK_BYTES
    return asked.path == "/predict" and short and model is not None and model.is_direct


def _predict(serving: Serving, metrics: Metrics, log: PredictionLog | None, limits: Limits) -> Response:
    model = _in_use(serving)
    body = read_body(request, limits.body_bytes)
    start = time.perf_counter()
    rows = read_rows(body, model.manifest.feature_names, limits.rows)
    answer = {
        "prediction": _ask(model, rows),
        "model": model.manifest.name,
        "version": model.manifest.version,
        "id": secrets.token_hex(8),
    }
    text = _encode(answer)
    metrics.predict_seconds.observe(time.perf_counter() - start)
    metrics.rows.inc(len(rows))
    if log is not None:
        log.append(_record(text, body))
    return Response(text, mimetype="application/json")


def _ask(model: ServedModel, rows: numpy.ndarray) -> list[Any]:
    try:
        return model.predict(rows)
    except (ModelBusyError, MemoryError) as error:
        raise Problem(503, str(error) or "the model has no memory for this request", headers=LATER) from error
    except REFUSALS as error:
        words = str(error).strip().partition("\n")[0][:REFUSAL_CHARACTERS] or type(error).__name__
        raise Problem(422, f"the model cannot answer these rows: {words}", "#/features") from error
    except Exception as error:
        # The golden rows have shown that the model works, so it is these rows that it cannot answer. But such an error
        # was not raised to explain that: the log gets it, the client does not.
        logger.exception("version %d of model %s cannot answer", model.manifest.version, model.manifest.name)
        raise Problem(422, "the model cannot answer these rows", "#/features") from error


def _encode(answer: dict[str, Any]) -> bytes:
    try:
        return STRICT_JSON(answer).encode()
    except ValueError:  # JSON has no word for "not finite"
        prediction = answer["prediction"]
        number = next(place for place, value in enumerate(prediction) if not _is_finite(value))
        detail = "the model has no finite answer to this row"
        raise Problem(422, detail, json_pointer("features", number)) from None


def _is_finite(value: Any) -> bool:
    try:
        STRICT_JSON(value)
    except ValueError:
        return False
    return True


def _record(answer: bytes, body: bytes) -> bytes:
    # The request goes in as it came: it has been parsed, so a line break in it can only be white space. To write it
    # anew would cost more than the model does.
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    request_line = body.replace(b"\r", b" ").replace(b"\n", b" ")
    return b'{"time": "%s", "request": %s, "answer": %s}' % (when.encode(), request_line, answer)


def _in_use(serving: Serving) -> ServedModel:
    model = serving.current
    if model is None:
        raise Problem(503, "no model is loaded yet", headers=LATER)
    return model


def _ready(serving: Serving, log: PredictionLog | None) -> Response:
    model = _in_use(serving)
    if log is not None and (reason := log.why_dropping()):
        raise Problem(503, f"predictions are not logged: {reason}", headers=LATER)
    return _json({"status": "ready", "model": model.manifest.name, "version": model.manifest.version})


def _metrics(serving: Serving, metrics: Metrics, log: PredictionLog | None) -> Response:
    text = metrics.render(serving.current, None if log is None else log.waiting_bytes)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _openapi(serving: Serving, limits: Limits) -> Response:
    model = serving.current
    return _json(openapi_document(model.manifest if model else None, limits))


def _json(value: Any) -> Response:
    return Response(json.dumps(value), mimetype="application/json")
