"""Write and read the three formats: joblib (runs code when loaded), skops (asks first), ONNX (cannot run code)."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import joblib

from day89.errors import IntegrityError, InvalidInputError
from day89.models import onnx

__all__ = ["FORMATS", "PICKLES", "dump_file", "installed_formats", "load_file"]

FORMATS = ("joblib", "skops", "onnx")
PICKLES = ("joblib", "skops")  # hold scikit-learn objects, so they need the scikit-learn that made them
NEEDS = {"joblib": ("joblib",), "skops": ("skops",), "onnx": ("onnxruntime",)}


def installed_formats() -> tuple[str, ...]:
    """Return the formats that can be loaded here."""
    return tuple(name for name in FORMATS if all(importlib.util.find_spec(module) for module in NEEDS[name]))


def dump_file(format: str, model: Any, path: Path, holdout: Any) -> None:
    """Write a model to a file.

    Args:
        format: one of ``FORMATS``.
        model: fitted scikit-learn estimator.
        path: file to write.
        holdout: held-out rows, on which an ONNX form must agree with the model.

    Raises:
        InvalidInputError: unknown format, or its package is not installed, or the ONNX form does not agree.
    """
    if format not in FORMATS:
        raise InvalidInputError(f"model format {format!r} is not one of {', '.join(FORMATS)}")
    if format == "joblib":
        joblib.dump(model, path)
    elif format == "skops":
        _skops().dump(model, path)
    else:
        path.write_bytes(onnx.convert(model, holdout))


def load_file(format: str, path: Path, *, trusted: Iterable[str] = ()) -> Any:
    """Load a model from a file whose bytes have been checked.

    Args:
        format: one of ``FORMATS``.
        path: file to read.
        trusted: type names that skops may build besides its own safe ones, such as ``sklearn.tree._tree.Tree``.

    Returns:
        Something with ``predict(rows)``.

    Raises:
        IntegrityError: skops found a type that is not trusted.
    """
    if format == "joblib":
        return joblib.load(path)
    if format == "onnx":
        return onnx.OnnxModel(path.read_bytes())
    return _load_skops(path, set(trusted))


def _load_skops(path: Path, trusted: set[str]) -> Any:
    skops = _skops()
    unknown = set(skops.get_untrusted_types(file=path)) - trusted
    if unknown:
        raise IntegrityError(f"the skops file holds types that are not trusted: {', '.join(sorted(unknown))}")
    return skops.load(path, trusted=sorted(trusted))


def _skops() -> Any:
    try:
        import skops.io as skops  # an extra
    except ImportError as error:
        raise InvalidInputError("the skops format needs `pip install 'day89[skops]'`") from error
    return skops
