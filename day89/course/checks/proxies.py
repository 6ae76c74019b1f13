"""Wrap what a submission made and a check may only use by a few methods: models and Flask apps.

The same faces serve in process and across a process boundary: a handle takes and gives plain data only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from day89.course.checks.expectations import describe_error, show
from day89.course.exercise.submission import MODULE_NAME, line_in

__all__ = ["App", "HttpAnswer", "InProcessApp", "InProcessModel", "Model", "NoAnswer"]

SERVER_ERROR = 500


class NoAnswer(Exception):
    """A proxy could not do what was asked of it; the text says why."""


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP response.

    Attributes:
        status: such as 200.
        headers: with names in lower case.
        text: the body.
        raised: the exception behind a 500, as text, or None.
        line: line of the submission where that came up, or None.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    raised: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """Return the status with the exception behind it, or else with the body, as one short line."""
        return f"{self.status}; behind it: {self.raised}" if self.raised else f"{self.status} {show(self.text, 120)}"

    def json(self) -> Any:
        """Return the body as strict JSON: NaN and Infinity are not JSON.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.text, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Model(Protocol):
    """A model, on whichever side it lives."""

    kind: str

    @property
    def features(self) -> int:
        """Count the columns that a row needs."""

    @property
    def classes(self) -> list[Any]:
        """List what the model may predict, as plain values."""

    def predict(self, rows: Sequence[Sequence[float]]) -> list[Any]:
        """Return one plain value a row."""

    @property
    def predict_calls(self) -> int:
        """Count the calls that this model got; only a recording model counts."""


class App(Protocol):
    """A web app, on whichever side it lives."""

    @property
    def debug(self) -> bool:
        """Tell whether debug mode is on."""

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> HttpAnswer:
        """Send one request and return the answer."""


class InProcessModel:
    """A model of this process behind the interface of a proxy.

    Args:
        value: the model: whatever the learner returned, or one of the course's own.
        kind: what to call it in messages.
    """

    def __init__(self, value: Any, kind: str = "model") -> None:
        self.value = value
        self.kind = kind
        self.shown = f"<{kind} model>" if kind != "model" else "None" if value is None else f"<{type(value).__name__}>"

    @property
    def features(self) -> int:
        """Count the columns that a row needs."""
        return int(self.value.n_features_in_)

    @property
    def classes(self) -> list[Any]:
        """List what the model may predict, as plain values."""
        return list(self.value.classes_.tolist())

    @property
    def predict_calls(self) -> int:
        """Count the calls that this model got; only a recording model counts."""
        return int(getattr(self.value, "predict_calls", 0))

    def predict(self, rows: Sequence[Sequence[float]]) -> list[Any]:
        """Return one plain value a row.

        Raises:
            NoAnswer: it is no model, or its predict fails.
        """
        if not callable(getattr(self.value, "predict", None)):
            raise NoAnswer(f"{type(self.value).__name__} is no model: it has no predict")
        try:
            return list(self.value.predict([list(row) for row in rows]).tolist())
        except Exception as error:  # whatever a learner's object does
            raise NoAnswer(f"predict raised {type(error).__name__}: {error}") from error


class InProcessApp:
    """A Flask app of this process behind the interface of a proxy.

    Args:
        value: what the learner's ``create_app`` returned.
    """

    shown = "app"

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def debug(self) -> bool:
        """Tell whether debug mode is on."""
        return bool(getattr(self.value, "debug", False))

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> HttpAnswer:
        """Send one request to the WSGI application and return the answer.

        Args:
            method: such as ``"POST"``.
            path: such as ``"/predict"``.
            json: a value to send as JSON.
            data: a body to send as it is, instead.
            headers: more headers.
            content_type: Content-Type of ``data``.

        Returns:
            The answer. An exception that leaves the app is a 500, as a server would make it.

        Raises:
            NoAnswer: the value is no WSGI application.
        """
        from werkzeug.test import Client  # heavy: comes with Flask, which only exercise 5 needs

        if not callable(self.value):
            raise NoAnswer(f"{type(self.value).__name__} is no Flask app")
        options: dict[str, Any] = {"method": method, "headers": dict(headers or {})}
        if json is not None:
            options["json"] = json
        else:
            options |= {"data": data, "content_type": content_type}
        behind: list[BaseException] = []
        try:
            with _noting(behind), Client(self.value).open(path, **options) as answer:
                lowered = {name.lower(): value for name, value in answer.headers}
                told = answer.get_data(as_text=True)
                return HttpAnswer(int(answer.status_code), lowered, told, *_behind(behind, int(answer.status_code)))
        except Exception as error:  # debug mode lets exceptions out of the app
            return HttpAnswer(500, {}, f"{type(error).__name__}: {error}", *_behind([error], 500))


@contextmanager
def _noting(found: list[BaseException]) -> Iterator[None]:
    """Note the exceptions that Flask turns into answers with the status 500."""
    from flask import got_request_exception  # heavy: only exercise 5 needs it

    def note(sender: Any, exception: BaseException, **_: Any) -> None:
        found.append(exception)

    with got_request_exception.connected_to(note):
        yield


def _behind(errors: Sequence[BaseException], status: int) -> tuple[str | None, int | None]:
    """Return the text and the line of the submission of the last error, where the answer is the server's fault."""
    if not errors or status < SERVER_ERROR:
        return None, None
    module = sys.modules.get(MODULE_NAME)
    line = line_in(errors[-1], Path(str(module.__file__))) if module is not None else None
    return describe_error(errors[-1]), line
