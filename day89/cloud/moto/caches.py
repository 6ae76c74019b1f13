"""Cache what moto recomputes on every call, in the processes that grade.

moto looks for each member of an answer under up to a dozen names, lists the methods of a class of EC2's size to find
one, and writes XML through two layers of a general library. Which names and methods there are depends on classes and
service models only: it is kept. What moto answers stays the same to the last byte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import moto.core.responses
import xmltodict  # type: ignore[import-untyped]  # as moto has it
from moto.core import serialize
from moto.core.utils import MISSING, get_value

__all__ = ["install", "unparse"]

XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def install() -> None:
    """Keep what can be kept, for as long as this process lives; a second call changes nothing."""
    serializer: Any = serialize.ResponseSerializer
    if getattr(serializer, "day89_thrift", False):
        return
    serializer.day89_thrift = True
    names = cache(moto.core.responses.method_names_from_class)
    moto.core.responses.method_names_from_class = lambda clazz: names(clazz)
    serializer.get_value = _picked(serializer.get_value)
    xml: Any = SimpleNamespace(**{**vars(xmltodict), "unparse": unparse})
    serialize.xmltodict = xml


def _picked(get: Any) -> Any:
    """Return a ``ResponseSerializer.get_value`` that knows after the first time under which names to look."""

    @wraps(get)
    def get_value_of(self: Any, value: Any, key: str, shape: Any) -> Any:
        picker = self._value_picker
        if type(picker) is not serialize.XFormedAttributePicker or shape is None:
            return get(self, value, key, shape)
        kept = shape.__dict__.setdefault("day89_names", {})  # a shape belongs to one structure, and lives as long
        names = kept.get((type(value), key))
        if names is None:
            context = serialize.AttributePickerContext(value, key, shape)
            names = kept[type(value), key] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
        found = _first(value, names)
        transform = _transform(picker.response_transformers, self.path, key) if picker.response_transformers else None
        return transform(found) if transform else found

    return get_value_of


def _first(value: Any, names: tuple[str, ...]) -> Any:
    """Return what an object has under the first of some names, or None."""
    plain = type(value) is dict
    for name in names:
        found = value.get(name, MISSING) if plain and "." not in name else get_value(value, name, MISSING)
        if found is not MISSING:
            return found
    return None


def _transform(transformers: dict[str, Callable[[Any], Any]], path: list[str], key: str) -> Callable[[Any], Any] | None:
    """Return what moto would do to a value at this place: the first whose path its own ends with."""
    place = None
    for ending, transform in transformers.items():
        if ending.endswith(key):
            place = place or f"{'.'.join(path)}.{key}"
            if place.endswith(ending):
                return transform
    return None


def unparse(document: dict[str, Any], **options: Any) -> str:
    """Write a document as ``xmltodict.unparse`` does, to the last byte, in a quarter of the time.

    Args:
        document: nested dicts and lists with one root.
        options: those of ``xmltodict.unparse``; whatever is out of the ordinary is left to it.
    """
    short = bool(options.get("short_empty_elements"))
    usual = {"full_document": True, "pretty": False, "short_empty_elements": short}
    out = [XML_DECLARATION]
    if {**usual, **options} == usual and len(document) == 1:
        ((root, content),) = document.items()
        if type(content) is not list and _write(out, root, content, short):
            return "".join(out)
    return str(xmltodict.unparse(document, **options))


def _write(out: list[str], name: str, value: Any, short: bool) -> bool:
    """Write one element, or one for each item of a list; return False where there is something out of the ordinary."""
    if not name.isidentifier():  # an attribute, text, a comment, or nothing that XML takes
        return False
    items = value if type(value) is list else [value]
    return all(_write_one(out, name, item, short) for item in items)


def _write_one(out: list[str], name: str, value: Any, short: bool) -> bool:
    if value is None:
        value = {}
    if type(value) is str:
        out.append(f"<{name}>{escape(value)}</{name}>" if value or not short else f"<{name}/>")
        return True
    if type(value) is bool:
        out.append(f"<{name}>{'true' if value else 'false'}</{name}>")
        return True
    if type(value) is int or type(value) is float:
        out.append(f"<{name}>{value}</{name}>")
        return True
    return type(value) is dict and _write_structure(out, name, value, short)


def _write_structure(out: list[str], name: str, value: dict[str, Any], short: bool) -> bool:
    attributes = [(key[1:], text) for key, text in value.items() if key.startswith("@")]
    if any(type(text) is not str for _, text in attributes):
        return False
    opening = "".join([f"<{name}", *(f" {key}={quoteattr(text)}" for key, text in attributes)])
    place = len(out)
    out.append(f"{opening}>")
    if not all(_write(out, key, item, short) for key, item in value.items() if not key.startswith("@")):
        return False
    if short and len(out) == place + 1:
        out[place] = f"{opening}/>"
    else:
        out.append(f"</{name}>")
    return True
