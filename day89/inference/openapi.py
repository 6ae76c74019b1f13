"""Write down what the app takes and answers, as OpenAPI 3.1, for the model that is in use.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from typing import Any

from day89 import __version__
from day89.inference.problems import PROBLEM_JSON
from day89.inference.validation import LARGEST, Limits
from day89.models import Manifest

__all__ = ["openapi_document"]

MEANINGS = {
    400: "The body is not JSON in UTF-8.",
    413: "The body is too long.",
    415: "The body is not called application/json.",
    422: "JSON, but not rows of numbers that this model can answer; `pointer` says where.",
    500: "The server failed.",
    503: "No model yet, or none in time: come again.",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "pointer": {"type": "string"},
    },
}


def openapi_document(manifest: Manifest | None, limits: Limits) -> dict[str, Any]:
    """Return the OpenAPI document of the app.

    Args:
        manifest: the model in use; None where none is loaded yet: rows of any width are described then.
        limits: the app's limits.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": manifest.name if manifest else "day89 inference", "version": __version__},
        "paths": {
            "/health": {"get": _get("The process lives.", _object(status={"const": "ok"}))},
            "/ready": {"get": _get("A model is loaded and answers.", _ready(), 503)},
            "/metrics": {"get": _operation("Counts, for Prometheus.", {"200": _content("text/plain", {})}, 500)},
            "/openapi.json": {"get": _get("This document.", {"type": "object"})},
            "/predict": {"post": _predict(limits)},
        },
        "components": {"schemas": {**_rows(manifest), "Problem": PROBLEM, "Answer": _answer(manifest, limits)}},
    }


def _predict(limits: Limits) -> dict[str, Any]:
    row = {"$ref": "#/components/schemas/Row"}
    rows = {"type": "array", "minItems": 1, "maxItems": limits.rows, "items": row}
    body = _object(features={"anyOf": [row, rows]})
    operation = _operation("Predict one row or many.", {"200": _json(_ref("Answer"))}, *MEANINGS)
    return operation | {"requestBody": {"required": True} | _json(body)}


def _rows(manifest: Manifest | None) -> dict[str, Any]:
    number = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
    if manifest is None:
        return {"Row": {"type": "array", "minItems": 1, "items": number}}
    width = manifest.n_features
    by_position = {"type": "array", "minItems": width, "maxItems": width, "items": number}
    by_name = _object(**dict.fromkeys(manifest.feature_names, number))
    return {"Row": {"anyOf": [by_position, by_name]}}


def _answer(manifest: Manifest | None, limits: Limits) -> dict[str, Any]:
    value = {"enum": list(manifest.classes)} if manifest and manifest.classes else {}
    prediction = {"type": "array", "minItems": 1, "maxItems": limits.rows, "items": value}
    return _object(prediction=prediction, model={"type": "string"}, version={"type": "integer"}, id={"type": "string"})


def _ready() -> dict[str, Any]:
    return _object(status={"const": "ready"}, model={"type": "string"}, version={"type": "integer"})


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _get(summary: str, schema: dict[str, Any], *problems: int) -> dict[str, Any]:
    return _operation(summary, {"200": _json(schema)}, *problems, 500)


def _operation(summary: str, answers: dict[str, Any], *problems: int) -> dict[str, Any]:
    bad = {
        str(status): {**_content(PROBLEM_JSON, _ref("Problem")), "description": MEANINGS[status]} for status in problems
    }
    good = {status: {"description": summary, **answer} for status, answer in answers.items()}
    return {"summary": summary, "responses": good | bad}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return _content("application/json", schema)


def _content(mimetype: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {mimetype: {"schema": schema}}}
