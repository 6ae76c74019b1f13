"""Turn the bytes that a client sent into rows of numbers, or say exactly what is wrong with them.

400: not JSON. 413: too long. 415: not called JSON. 422: JSON, but not rows of numbers for this model.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy
from flask import Request

from day89.inference.problems import Problem, json_pointer

try:
    import orjson  # comes with the extra "onnx": once the model takes microseconds, parsing is what a request costs
except ImportError:
    orjson = None  # type: ignore[assignment]

__all__ = ["LARGEST", "Limits", "read_body", "read_rows"]

NUMBERS = frozenset({int, float})  # exactly these: bool is an int to isinstance, and "17.9" a number to numpy
LARGEST = 1e30  # models compute in float32, which ends at 3.4e38: leaves room to scale and add up
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Limits:
    """The bounds of what one request may cost.

    ``seconds`` is how long a request waits for the model; beyond it the client is told to come again.
    """

    body_bytes: int = 1 << 20
    rows: int = 1000
    seconds: float = 10.0


def read_body(request: Request, limit: int) -> bytes:
    """Read a request's body, at most so many bytes.

    A read loop of our own: Werkzeug's ``MAX_CONTENT_LENGTH`` cuts a chunked body that is too long through
    ``get_data()`` instead of refusing it, and a cut body could be read as another request than was sent.

    Raises:
        Problem: 413 it is longer; 415 it is not declared as plain JSON.
    """
    if request.mimetype != "application/json":
        raise Problem(415, f"the body is {request.mimetype or 'of no type'}; send application/json")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "the body is compressed; send it as it is")
    if (request.content_length or 0) > limit:
        raise Problem(413, f"the body has {request.content_length} bytes; at most {limit} are read")
    parts, size = [], 0
    while part := request.stream.read(CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Problem(413, f"the body has more than the {limit} bytes that are read")
    return b"".join(parts)


def parse_json(body: bytes) -> Any:
    """Parse strict JSON in UTF-8: no NaN, no Infinity.

    Raises:
        Problem: 400 it is not.
    """
    if orjson is not None:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Problem(400, f"the body is not JSON: {error}") from None
    try:
        # Decoded here: json.loads(bytes) would also take UTF-16 and UTF-32, and the log keeps the bytes as they are.
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Problem(400, f"the body is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise Problem(400, "the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    except ValueError:  # Python refuses to convert integers of thousands of digits
        raise Problem(400, "the body holds a number of too many digits") from None


def read_rows(body: bytes, feature_names: Sequence[str], max_rows: int) -> numpy.ndarray:
    """Return the rows of a request, shape (n, features), as 64-bit floats.

    Args:
        body: JSON: ``{"features": ROW}`` or ``{"features": [ROW, ...]}``, where a ROW is a list of numbers in the
            model's order or an object that names each feature.
        feature_names: the model's features, in its order.
        max_rows: how many rows one request may hold.

    Raises:
        Problem: 400 not JSON; 422 with a pointer to the value that is wrong.
    """
    document = parse_json(body)
    plain = _pack(document, len(feature_names), max_rows) if _has_no_words(body) else None
    return _rows(document, feature_names, max_rows) if plain is None else plain


def _has_no_words(body: bytes) -> bool:
    """Say whether JSON surely holds no true, false or null behind its first colon.

    ``struct`` refuses every other value that is no number, and takes a bool for one. Seen in the bytes, for a look at
    each value's type costs as much as to parse them all: "true" and "null" have a u, "false" has an s.
    """
    start = body.find(b":")
    return start >= 0 and body.find(b"u", start) < 0 and body.find(b"s", start) < 0


def _pack(document: Any, width: int, max_rows: int) -> numpy.ndarray | None:
    """Return the rows of a document that is as it should be and has no words; of any other one return None."""
    features = document.get("features") if type(document) is dict and len(document) == 1 else None
    if type(features) is not list or not features:
        return None
    rows = features if type(features[0]) is list else [features]
    pack = struct.Struct(f"{width}d").pack  # refuses any other width
    try:
        packed = bytearray().join([pack(*row) for row in rows]) if len(rows) <= max_rows else None
    except (struct.error, TypeError, OverflowError):
        return None
    if not packed:
        return None
    matrix = numpy.frombuffer(packed).reshape(len(rows), width)
    return matrix if matrix.min() >= -LARGEST and matrix.max() <= LARGEST else None


def _rows(document: Any, feature_names: Sequence[str], max_rows: int) -> numpy.ndarray:
    features = _features(document)
    single = isinstance(features, dict) or not (features and isinstance(features[0], list | dict))
    rows = [features] if single else list(features)
    if len(rows) > max_rows:
        raise Problem(422, f"{len(rows)} rows; at most {max_rows} are answered at once", "#/features")
    for number, row in enumerate(rows):
        if isinstance(row, dict):
            rows[number] = _by_name(row, feature_names, () if single else (number,))
        elif not isinstance(row, list) or len(row) != len(feature_names) or not NUMBERS.issuperset(map(type, row)):
            _explain_row(row, feature_names, () if single else (number,))
    return _matrix(rows, document, feature_names, single)


def _features(document: Any) -> Any:
    if not isinstance(document, dict) or "features" not in document:
        raise Problem(422, 'send an object with "features": a row, or a list of rows', "#")
    if len(document) > 1:
        extra = next(name for name in document if name != "features")
        raise Problem(422, f'{extra!r} is unknown; send "features" alone', json_pointer(extra))
    features = document["features"]
    if not isinstance(features, list | dict) or not features:
        raise Problem(422, '"features" must be a row of numbers, or a list of such rows, and not empty', "#/features")
    return features


def _by_name(row: dict[str, Any], feature_names: Sequence[str], where: tuple[int, ...]) -> list[Any]:
    try:
        values = [row[name] for name in feature_names]
    except KeyError as error:
        detail = f"{error.args[0]!r} is missing; the model needs {', '.join(feature_names)}"
        raise Problem(422, detail, json_pointer("features", *where)) from None
    if len(row) > len(values):
        extra = next(name for name in row if name not in feature_names)
        raise Problem(422, f"{extra!r} is not a feature of the model", json_pointer("features", *where, extra))
    for name, value in row.items():
        if type(value) not in NUMBERS:
            _refuse_value(value, (*where, name))
    return values


def _explain_row(row: Any, feature_names: Sequence[str], where: tuple[int, ...]) -> NoReturn:
    if not isinstance(row, list):
        raise Problem(422, f"a row must be a list or an object, not {_kind(row)}", json_pointer("features", *where))
    for position, value in enumerate(row):
        if type(value) not in NUMBERS:
            _refuse_value(value, (*where, position))
    detail = f"the row has {len(row)} numbers; the model needs {len(feature_names)}: {', '.join(feature_names)}"
    raise Problem(422, detail, json_pointer("features", *where))


def _matrix(rows: list[Any], document: Any, feature_names: Sequence[str], single: bool) -> numpy.ndarray:
    try:
        matrix = numpy.array(rows, dtype=numpy.float64)
    except OverflowError:  # an integer beyond any float
        matrix = numpy.array([[_float(value) for value in row] for row in rows])
    wrong = ~(numpy.abs(matrix) <= LARGEST)  # written so that a NaN is wrong too
    if wrong.any():
        number, position = (int(index) for index in numpy.argwhere(wrong)[0])
        sent = document["features"] if single else document["features"][number]
        last = feature_names[position] if isinstance(sent, dict) else position
        where = ("features", last) if single else ("features", number, last)
        raise Problem(422, f"a number must lie between -{LARGEST:g} and {LARGEST:g}", json_pointer(*where))
    return matrix


def _float(value: float) -> float:
    return float(value) if abs(value) <= LARGEST else numpy.inf


def _refuse_value(value: Any, where: tuple[str | int, ...]) -> NoReturn:
    raise Problem(422, f"a feature must be a number, not {_kind(value)}", json_pointer("features", *where))


def _refuse_constant(name: str) -> NoReturn:
    raise Problem(400, f"the body is not JSON: {name} is not a number in JSON")


def _kind(value: Any) -> str:
    names = {bool: "a boolean", str: "a string", type(None): "null", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")
