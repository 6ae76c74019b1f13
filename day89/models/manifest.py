"""Describe one version of a model: what it is made of, what it expects, what it must answer."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

import numpy
import sklearn

from day89.errors import Day89Error, IntegrityError, InvalidInputError, NotFoundError

__all__ = ["Manifest", "ModelFile", "VersionMismatchError", "check_name", "describe", "version_prefix"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
GOLDEN_ROWS = 8


class VersionMismatchError(Day89Error, ValueError):
    """A model was made by another scikit-learn than the one that would load it."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a version and the checksum of its bytes."""

    format: str
    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """The description of one version of a model.

    ``golden_rows`` are held-out rows and ``golden_predictions`` what the model answered for them when it was saved: a
    copy that answers otherwise is not the same model.
    """

    name: str
    version: int
    files: tuple[ModelFile, ...]
    n_features: int
    feature_names: tuple[str, ...]
    kind: str
    classes: tuple[Any, ...] = ()
    golden_rows: tuple[tuple[float, ...], ...] = ()
    golden_predictions: tuple[Any, ...] = ()
    sklearn_version: str = sklearn.__version__
    numpy_version: str = numpy.__version__
    python_version: str = field(default_factory=platform.python_version)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def file(self, format: str | None = None) -> ModelFile:
        """Return the file in a format, or the first one.

        Raises:
            NotFoundError: this version was not saved in that format.
        """
        for file in self.files:
            if format in (None, file.format):
                return file
        have = ", ".join(file.format for file in self.files)
        raise NotFoundError(f"version {self.version} of model {self.name!r} has no {format} file, only {have}")

    def check_sklearn(self) -> None:
        """Refuse a scikit-learn other than the one that made the model.

        scikit-learn promises nothing across versions: https://scikit-learn.org/stable/model_persistence.html

        Raises:
            VersionMismatchError: the versions differ.
        """
        if self.sklearn_version != sklearn.__version__:
            raise VersionMismatchError(
                f"version {self.version} of model {self.name!r} was made by scikit-learn {self.sklearn_version}; "
                f"this is {sklearn.__version__}: install that, train anew, load its ONNX file, or pass any_version=True"
            )

    def to_json(self) -> bytes:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes, where: str) -> Manifest:
        """Read a manifest back.

        Args:
            text: what ``to_json`` gave.
            where: name of the object, for the message.

        Raises:
            IntegrityError: it is not a manifest.
        """
        try:
            data = json.loads(text)
            data["files"] = tuple(ModelFile(**_known(ModelFile, file)) for file in data["files"])
            data["golden_rows"] = tuple(tuple(row) for row in data["golden_rows"])
            for name in ("feature_names", "classes", "golden_predictions"):
                data[name] = tuple(data[name])
            return cls(**_known(cls, data))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise IntegrityError(f"{where} is not a model manifest: {error!r}") from error


def _known(cls: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only a newer day89 knows."""
    names = {one.name for one in fields(cls)}
    return {name: value for name, value in data.items() if name in names}


def check_name(name: str) -> str:
    """Return a model name that is safe inside a key.

    Raises:
        InvalidInputError: it holds anything but letters, digits, dots, dashes and underscores.
    """
    if not NAME.fullmatch(name):
        raise InvalidInputError(f"model name {name!r} is not made of letters, digits, '.', '-' and '_'")
    return name


def version_prefix(name: str, version: int) -> str:
    """Return the prefix under which every object of a version lies."""
    return f"models/{check_name(name)}/v{version}/"


def describe(model: Any, holdout: Any) -> dict[str, Any]:
    """Read from a fitted estimator, and held-out rows, what a manifest says of it."""
    n_features = int(getattr(model, "n_features_in_", 0))
    if not n_features:
        raise InvalidInputError(f"{type(model).__name__} is not a fitted scikit-learn model: it has no n_features_in_")
    names = getattr(model, "feature_names_in_", [f"x{number}" for number in range(n_features)])
    classes = getattr(model, "classes_", None)
    return {
        "n_features": n_features,
        "feature_names": tuple(str(name) for name in names),
        "kind": "regressor" if classes is None else "classifier",
        "classes": () if classes is None else tuple(numpy.asarray(classes).tolist()),
        **_golden(model, holdout),
    }


def _golden(model: Any, holdout: Any) -> dict[str, Any]:
    if holdout is None:
        return {}
    rows = holdout[:GOLDEN_ROWS]
    try:
        numbers = numpy.asarray(rows, dtype=float)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            f"holdout rows are kept as numbers, and these are not: {error}; leave it out"
        ) from error
    return {
        "golden_rows": tuple(tuple(row) for row in numbers.tolist()),
        "golden_predictions": tuple(numpy.asarray(model.predict(rows)).tolist()),
    }
