"""Let moto work out once a process what it works out anew in every call, in the processes that grade.

moto looks for each member of an answer under up to a dozen names, and lists the methods of a class of EC2's size to
find one. Which names and methods there are depends on classes and service models only: it is kept.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

import moto.core.responses
from moto.core import serialize

__all__ = ["install"]


def install() -> None:
    """Keep what can be kept, for as long as this process lives; a second call changes nothing."""
    picker: Any = serialize.AttributePicker
    if getattr(picker, "day89_thrift", False):
        return
    picker.day89_thrift = True
    names = cache(moto.core.responses.method_names_from_class)
    moto.core.responses.method_names_from_class = lambda clazz: names(clazz)
    xformed: Any = serialize.XFormedAttributePicker
    xformed.get_possible_keys = _once(xformed.get_possible_keys)


def _once(names: Any) -> Any:
    @wraps(names)
    def get_possible_keys(self: Any, context: Any) -> Any:
        shape, kind = context.shape, type(context.obj)
        if shape is None or self.alias_providers is not serialize.DEFAULT_ALIAS_PROVIDERS:
            return names(self, context)
        kept = shape.__dict__.setdefault("day89_names", {})  # a shape belongs to one structure, and lives as long
        found = kept.get((kind, context.key))
        if found is None:
            found = kept[kind, context.key] = tuple(dict.fromkeys(names(self, context)))
        return found

    return get_possible_keys
