"""Tell a step from another by all that decides what it does: its code, and the values that it holds.

Looked at are the code, defaults, closure, arguments bound by ``functools.partial``, attributes of a callable object,
and the globals that the code names, with the functions among them. What an installed package holds counts as its
version, another module as the text of its file.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import pickle
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import joblib

from day89.errors import InvalidInputError

__all__ = ["fingerprint"]

PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
WRAPPERS = (staticmethod, classmethod)
# What Python itself keeps in a class, which says nothing of what the class does.
CLASS_NOISE = frozenset(
    {"__dict__", "__weakref__", "__module__", "__doc__", "__firstlineno__", "__static_attributes__"}
)


def fingerprint(step: Callable[..., Any], revision: str = "") -> str:
    """Return a name for a step that changes with what it does, so that work of another one is not taken for done.

    Args:
        step: the step.
        revision: where it is given, a step that cannot be looked into is told apart by its name and this alone.

    Raises:
        InvalidInputError: the step holds something that cannot be told apart, and there is no revision.
    """
    name = f"{getattr(step, '__module__', '')}:{getattr(step, '__qualname__', type(step).__qualname__)}"
    try:
        return f"{name}@{_Encoder().digest(step)[:12]}"
    except _UnknownError as error:
        if revision:
            return name
        raise InvalidInputError(
            f"the step {name} holds {error}, of which nobody can tell whether it is the same as in an earlier run: "
            "pass revision= with anything that changes when the step does"
        ) from error


class _UnknownError(Exception):
    """A value that cannot be told apart from another."""


class _Encoder:
    """A walk over a step and what it holds, which may hold itself, as a function that calls itself does."""

    def __init__(self) -> None:
        self._open: list[int] = []
        self._done: dict[int, tuple[bytes, Any]] = {}  # with the thing itself, so that no id is given twice

    def digest(self, value: Any) -> str:
        """Return a digest of a value."""
        return hashlib.sha256(self._encode(value)).hexdigest()

    def _encode(self, value: Any) -> bytes:
        if isinstance(value, PLAIN) and type(value) in PLAIN:
            return _sized(f"{type(value).__name__} {value!r}".encode("utf-8", "surrogatepass"))
        place = id(value)
        if place in self._open:
            return _sized(f"the one {len(self._open) - self._open.index(place)} above".encode())
        if place not in self._done:
            self._open.append(place)
            kind = f"{type(value).__module__}.{type(value).__qualname__}"
            encoded = kind.encode() + b"".join(map(_sized, self._parts(value)))
            self._open.pop()
            self._done[place] = hashlib.sha256(encoded).digest(), value
        return self._done[place][0]

    def _parts(self, value: Any) -> Iterator[bytes]:
        if isinstance(value, types.ModuleType):
            yield _module(value)
        elif isinstance(value, (types.FunctionType, type)) and (version := _installed(value.__module__)):
            yield f"{version} {value.__module__}.{value.__qualname__}".encode()
        elif isinstance(value, types.FunctionType):
            yield from self._function(value)
        elif isinstance(value, types.CodeType):
            yield from self._code(value)
        elif isinstance(value, functools.partial):
            yield from map(self._encode, (value.func, value.args, value.keywords))
        elif isinstance(value, types.MethodType):
            yield from map(self._encode, (value.__func__, value.__self__))
        elif isinstance(value, WRAPPERS):
            yield self._encode(value.__func__)
        elif isinstance(value, property):
            yield from map(self._encode, (value.fget, value.fset, value.fdel))
        elif isinstance(value, type):
            yield from self._class(value)
        elif type(value) in (list, tuple):
            yield from map(self._encode, value)
        elif type(value) in (set, frozenset):
            yield from sorted(_Encoder()._encode(item) for item in value)
        elif type(value) is dict:
            yield from self._mapping(value)
        else:
            yield from self._object(value)

    def _function(self, function: types.FunctionType) -> Iterator[bytes]:
        yield self._encode(function.__code__)
        yield self._encode(function.__defaults__)
        yield self._encode(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            try:
                yield self._encode(cell.cell_contents)
            except ValueError:  # a name that is not bound yet
                yield b"empty"
        for name in sorted(set(_globals_of(function.__code__))):
            if name in function.__globals__:
                yield name.encode() + self._encode(function.__globals__[name])
        if vars(function):
            yield self._mapping_bytes(vars(function))

    def _code(self, code: types.CodeType) -> Iterator[bytes]:
        yield code.co_code
        yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount)).encode()
        yield repr((code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags)).encode()
        yield from map(self._encode, code.co_consts)

    def _class(self, cls: type) -> Iterator[bytes]:
        yield f"{cls.__module__}.{cls.__qualname__}".encode()
        yield from (self._encode(base) for base in cls.__bases__ if base is not object)
        for name, value in sorted(vars(cls).items()):
            if name not in CLASS_NOISE and not name.startswith(("_abc_", "__dataclass_")):
                yield name.encode() + self._encode(value)

    def _object(self, value: Any) -> Iterator[bytes]:
        held = getattr(value, "__dict__", None)
        if isinstance(held, dict) and not _installed(type(value).__module__):
            yield self._encode(type(value))
            yield self._mapping_bytes(held)
            slots = [name for base in type(value).__mro__ for name in _slots(base)]
            yield from (name.encode() + self._encode(getattr(value, name)) for name in slots if hasattr(value, name))
        elif isinstance(value, (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)):
            yield value.__qualname__.encode()
            owner = getattr(value, "__self__", None)
            yield b"" if owner is None else self._encode(owner)
        elif isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType)):
            yield value.__qualname__.encode()
        else:
            yield _data(value)

    def _mapping(self, mapping: dict[Any, Any]) -> Iterator[bytes]:
        for key, value in mapping.items():  # in order: a step may depend on it
            yield self._encode(key)
            yield self._encode(value)

    def _mapping_bytes(self, mapping: dict[Any, Any]) -> bytes:
        return b"".join(self._encode(key) + self._encode(value) for key, value in sorted(mapping.items()))


def _sized(content: bytes) -> bytes:
    return f"{len(content)}:".encode() + content


def _data(value: Any) -> bytes:
    """Return a digest of an object of another package: an array, a table, a model, a compiled pattern."""
    if isinstance(value, Iterator):
        raise _UnknownError(f"a {type(value).__name__}")
    try:
        return str(joblib.hash(value)).encode()
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError, NotImplementedError) as error:
        raise _UnknownError(f"a {type(value).__module__}.{type(value).__qualname__}") from error


def _slots(cls: type) -> Iterable[str]:
    slots = vars(cls).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else slots


def _globals_of(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _globals_of(inner)


def _module(module: types.ModuleType) -> bytes:
    if version := _installed(module.__name__):
        return f"{module.__name__} {version}".encode()
    try:
        return module.__name__.encode() + hashlib.sha256(Path(str(module.__file__)).read_bytes()).digest()
    except (OSError, AttributeError) as error:
        raise _UnknownError(f"the module {module.__name__}") from error


@functools.cache
def _folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({str(Path(paths[name]).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def _installed(name: str | None) -> str:
    """Return the version of the package that a module belongs to, if it is Python's own or installed; else nothing."""
    top = (name or "").partition(".")[0]
    if top in sys.stdlib_module_names and top != "__main__":
        return f"python {sys.version_info[:3]}"
    package = sys.modules.get(top)
    place = getattr(package, "__file__", None)
    if package is None or place is None or not str(Path(place).resolve()).startswith(_folders()):
        return ""
    return f"{top} {getattr(package, '__version__', '')}"
