"""Encode values as plain JSON and decode them: nothing is ever unpickled, and only built-in types are rebuilt.

A value that JSON lacks becomes ``{"$": kind, ...}``. Whatever is neither plain nor known stays on its own side.
"""

from __future__ import annotations

import base64
import builtins
import datetime
import decimal
import math
import os
import pathlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from day89.course.checks.expectations import cause_of

__all__ = ["Opaque", "decode", "decode_error", "encode", "encode_error"]

DEPTH = 40
ITEMS = 100_000
TEXT = 20_000
CLASSES = 40
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")  # another one in each run
BITS = 10_000  # of an integer: Python writes none of more than 4,300 digits


class Opaque:
    """A stand-in for a value of the other side that is not plain data; it equals nothing but itself.

    Args:
        type_name: name of its class over there.
        text: its ``repr``, cut.
    """

    def __init__(self, type_name: str, text: str) -> None:
        self.type_name = type_name
        self.shown = text or f"<{type_name}>"

    def __repr__(self) -> str:
        """Return what the value looked like."""
        return self.shown


def encode(value: Any, special: Callable[[Any], Any] = lambda value: None, depth: int = DEPTH) -> Any:
    """Turn a value into plain JSON data.

    Args:
        value: anything.
        special: returns the JSON of what it knows better, or None.
        depth: how deep containers may nest; what is deeper becomes opaque.
    """
    known = special(value)
    if known is not None:
        return known
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        if value.bit_length() > BITS:
            return {"$": "opaque", "type": "int", "text": f"<an int of {value.bit_length()} bits>"}
        return value if abs(value) < 2**53 else {"$": "int", "v": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    encoder = ENCODERS.get(kind) or next((one for base, one in SUBCLASSES if issubclass(kind, base)), None)
    if encoder is None or depth == 0:
        return _opaque(value)
    return encoder(value, lambda part: encode(part, special, depth - 1))


def _opaque(value: Any) -> dict[str, Any]:
    try:
        text = ADDRESS.sub("", repr(value)[:TEXT])
    except BaseException:  # a learner's object may have any __repr__
        text = ""
    return {"$": "opaque", "type": type(value).__name__, "text": text}


def _sequence(kind: str) -> Callable[[Any, Callable[[Any], Any]], Any]:
    return lambda value, inner: {"$": kind, "v": [inner(part) for part in list(value)[:ITEMS]]}


def _mapping(value: Mapping[Any, Any], inner: Callable[[Any], Any]) -> Any:
    items = list(value.items())[:ITEMS]
    if type(value) is dict and all(type(key) is str and key != "$" for key, _ in items):
        return {key: inner(part) for key, part in items}
    return {"$": "dict", "v": [[inner(key), inner(part)] for key, part in items]}


def _data(value: Any, inner: Callable[[Any], Any]) -> Any:
    return {"$": "bytes", "v": base64.b64encode(bytes(value)).decode()}


def _path(value: Any, inner: Callable[[Any], Any]) -> Any:
    return {"$": "path" if isinstance(value, pathlib.Path) else "purepath", "v": os.fspath(value)}


ENCODERS: dict[type, Callable[[Any, Callable[[Any], Any]], Any]] = {
    list: lambda value, inner: [inner(part) for part in value[:ITEMS]],
    tuple: _sequence("tuple"),
    set: _sequence("set"),
    frozenset: _sequence("frozenset"),
    dict: _mapping,
    bytes: _data,
    bytearray: _data,
    datetime.datetime: lambda value, inner: {"$": "datetime", "v": value.isoformat()},
    decimal.Decimal: lambda value, inner: {"$": "decimal", "v": str(value)},
}
# A subclass of a plain type answers as that type would: what it adds is its own affair. A learner's `class Id(str)`.
SUBCLASSES: list[tuple[type, Callable[[Any, Callable[[Any], Any]], Any]]] = [
    (pathlib.PurePath, _path),
    (str, lambda value, inner: str.__str__(value)),
    (int, lambda value, inner: inner(int.__int__(value))),
    (float, lambda value, inner: inner(float.__float__(value))),
    (bytes, _data),
    (dict, lambda value, inner: _mapping({key: dict.__getitem__(value, key) for key in dict.keys(value)}, inner)),
    (list, lambda value, inner: [inner(part) for part in list.__iter__(value)]),
    (tuple, _sequence("tuple")),
]

DECODERS: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "int": lambda value, inner: int(value[: BITS // 4], 16),
    "float": lambda value, inner: float(value),
    "tuple": lambda value, inner: tuple(inner(part) for part in value),
    "set": lambda value, inner: {inner(part) for part in value},
    "frozenset": lambda value, inner: frozenset(inner(part) for part in value),
    "dict": lambda value, inner: {inner(key): inner(part) for key, part in value},
    "bytes": lambda value, inner: base64.b64decode(value),
    "path": lambda value, inner: pathlib.Path(value),
    "purepath": lambda value, inner: pathlib.PurePath(value),
    "datetime": lambda value, inner: datetime.datetime.fromisoformat(value),
    "decimal": lambda value, inner: decimal.Decimal(value),
}


def decode(data: Any, special: Callable[[dict[str, Any]], Any] = lambda data: None) -> Any:
    """Rebuild a value from what ``encode`` made of it.

    Args:
        data: JSON data, from a side that may be hostile.
        special: returns the value of a mapping that it knows better, or None.

    Raises:
        ValueError: it is none of the known forms.
    """
    if isinstance(data, list):
        return [decode(part, special) for part in data]
    if not isinstance(data, dict):
        return data
    if "$" not in data:
        return {key: decode(part, special) for key, part in data.items()}
    known = special(data)
    if known is not None:
        return known
    if data["$"] == "opaque":
        return Opaque(str(data.get("type"))[:200], str(data.get("text"))[:TEXT])
    try:
        return DECODERS[data["$"]](data.get("v"), lambda part: decode(part, special))
    except (KeyError, TypeError, ValueError, AttributeError, decimal.DecimalException) as error:
        raise ValueError(f"no such value: {str(data)[:100]}") from error


def encode_error(error: BaseException, cause: bool = True) -> dict[str, Any]:
    """Turn an error into plain data: the names of its class and bases, its text, what AWS answered, what it is for."""
    names = [one.__name__ for one in type(error).__mro__]
    try:
        text = str(error)[:TEXT]
    except BaseException:  # a learner's class may have any __str__
        text = ""
    data: dict[str, Any] = {"names": names, "text": text}
    if isinstance(error, ClientError):
        data |= {"response": encode(error.response), "operation": str(error.operation_name)}
    if isinstance(error, OSError) and isinstance(error.errno, int):
        data["errno"] = error.errno
    behind = cause_of(error) if cause else None
    return data | ({"cause": encode_error(behind, cause=False)} if behind else {})


def decode_error(data: Mapping[str, Any]) -> Exception:
    """Rebuild an error: always an ``Exception``, of the nearest class that is built in or AWS's own.

    Its class has the name that it had over there, so that a message can tell it.
    """
    made = _decoded(data)
    if isinstance(data.get("cause"), dict):
        made.__cause__ = _decoded(data["cause"])
    return made


def _decoded(data: Mapping[str, Any]) -> Exception:
    names = [_class_name(name) for name in data.get("names", [])[:CLASSES]] or ["Exception"]
    if "ClientError" in names and isinstance(data.get("response"), dict):
        response = decode(data["response"])
        if not isinstance(response, dict) or not isinstance(response.setdefault("Error", {}), dict):
            raise ValueError("what AWS answered is no answer")
        return _class_of(names, ClientError)(response, str(data.get("operation")))
    made = _class_of(names)(str(data.get("text", "")))
    if isinstance(made, OSError) and isinstance(data.get("errno"), int):
        made.errno = data["errno"]
    return made


def _class_name(name: Any) -> str:
    return "".join(letter if f"x{letter}".isidentifier() else "_" for letter in str(name)[:200]) or "_"


def _class_of(names: Sequence[str], *bases: type[Exception]) -> type[Exception]:
    """Return a class of the first name that is all that the names say, beside the bases that are given."""
    for kind in map(_built_in, names):
        if kind is not None and not any(issubclass(base, kind) for base in bases):
            bases = (*bases, kind)
    bases = bases or (Exception,)
    words = {"__str__": _plain_text} if any(issubclass(base, KeyError) for base in bases) else {}
    if len(bases) == 1 and bases[0].__name__ == names[0] and not words:
        return bases[0]
    try:
        return type(names[0], bases, words)
    except TypeError:  # no class can be all of that: it was not made by Python
        return type(names[0], bases[:1], words)


def _built_in(name: str) -> type[Exception] | None:
    kind = getattr(builtins, name, None)
    # These take other arguments than a text; their bases do.
    if not isinstance(kind, type) or not issubclass(kind, Exception) or issubclass(kind, UnicodeError | ExceptionGroup):
        return ValueError if name in ("UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError") else None
    return kind


def _plain_text(self: Exception) -> str:
    return str(self.args[0]) if self.args else ""
