"""What is done with rows: a step gets a table of text and returns the rows to keep and why others are not."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy
import pandas

from day89.errors import InvalidInputError

__all__ = ["Step", "apply_step", "drop_incomplete", "load_step"]

# A table in; a table out, and for each row that is set aside its label in the first table and the reason.
Step = Callable[[pandas.DataFrame], "tuple[pandas.DataFrame, pandas.Series[str]]"]


def drop_incomplete(frame: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series[str]]:
    """Keep the rows that have no missing value, in order, as the course's ``process_data`` does.

    Args:
        frame: rows as text.

    Returns:
        The kept rows, and the reasons for the others.
    """
    missing = frame.isna().to_numpy()
    bad = numpy.flatnonzero(missing.any(axis=1))
    patterns, which = numpy.unique(missing[bad], axis=0, return_inverse=True)
    texts = ["no value for " + _names(frame, pattern) for pattern in patterns]
    reasons = pandas.Series([texts[number] for number in which], index=frame.index[bad], dtype=str)
    return (frame.take(numpy.flatnonzero(~missing.any(axis=1))) if len(bad) else frame), reasons


def _names(frame: pandas.DataFrame, chosen: numpy.ndarray) -> str:
    places = numpy.flatnonzero(chosen)
    return ", ".join(str(frame.columns[int(place)]) or f"column {place + 1}" for place in places)


def apply_step(step: Step, frame: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series[str]]:
    """Run a step and check what it gives back.

    Raises:
        InvalidInputError: it is not two values, or a reason names a row that is not there.
    """
    result = step(frame)
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], pandas.DataFrame)):
        raise InvalidInputError(f"a step returns (rows, reasons), not {type(result).__name__}")
    kept, reasons = result
    if not reasons.index.isin(frame.index).all():
        raise InvalidInputError("a step gave a reason for a row that it was not given")
    return kept, reasons


def load_step(name: str) -> Step:
    """Find a step by name, as a worker on another machine does.

    Args:
        name: ``package.module:function``.

    Raises:
        InvalidInputError: there is no such function.
    """
    module, _, function = name.partition(":")
    try:
        step: Step = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInputError(f"there is no step {name!r}: {error}") from error
    if not callable(step):
        raise InvalidInputError(f"{name!r} is no step: a {type(step).__name__} cannot be called")
    return step
