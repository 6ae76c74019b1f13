"""Represent models and apps that live on the submission's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from day89.course.checks.proxies import HttpAnswer, NoAnswer

__all__ = ["RemoteApp", "RemoteModel", "RemoteSide"]

RAISED_LETTERS = 400  # what is told of an exception behind an answer


T = TypeVar("T")


class RemoteSide(Protocol):
    """Whoever can ask the submission's side about what it keeps."""

    def ask(self, handle: int, verb: str, arguments: Any = None, keywords: Any = None) -> Any:
        """Use one verb of a handle."""


class RemoteModel:
    """A model that lives on the submission's side.

    Args:
        side: where it lives.
        id: its number there.
        kind: what to call it in messages.
        recorder: the grader's own model, which predicts for it and counts; None where it predicts itself.
    """

    def __init__(self, side: RemoteSide, id: int, kind: str = "model", recorder: Any = None) -> None:
        self.side, self.id, self.kind, self.recorder = side, id, kind, recorder
        self.shown = kind if kind == "model" else f"<{kind} model>"

    @property
    def features(self) -> int:
        """Count the columns that a row needs."""
        return _made(int, self.side.ask(self.id, "features"))

    @property
    def classes(self) -> list[Any]:
        """List what the model may predict, as plain values."""
        return _made(list, self.side.ask(self.id, "classes"))

    @property
    def predict_calls(self) -> int:
        """Count the calls that this model got; only a recording model counts."""
        return int(getattr(self.recorder, "predict_calls", 0))

    def predict(self, rows: Sequence[Sequence[float]]) -> list[Any]:
        """Return one plain value a row."""
        return _made(list, self.side.ask(self.id, "predict", [[list(row) for row in rows]]))


class RemoteApp:
    """A Flask app that lives on the submission's side.

    Args:
        side: where it lives.
        id: its number there.
    """

    shown = "app"

    def __init__(self, side: RemoteSide, id: int) -> None:
        self.side, self.id = side, id

    @property
    def debug(self) -> bool:
        """Tell whether debug mode is on."""
        return bool(self.side.ask(self.id, "debug"))

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
        options = {"json": json, "data": data, "headers": dict(headers or {}), "content_type": content_type}
        found = self.side.ask(self.id, "request", [method, path], options)
        return _made(_answer, found)


def _answer(found: Any) -> HttpAnswer:
    headers = {str(name): str(value) for name, value in found["headers"].items()}
    raised, line = found.get("raised"), found.get("line")
    behind = (str(raised)[:RAISED_LETTERS] if raised else None, int(line) if line else None)
    return HttpAnswer(int(found["status"]), headers, str(found["text"]), *behind)


def _made(kind: Callable[[Any], T], value: Any) -> T:
    """Return an answer as what it should be; its maker may be hostile."""
    try:
        return kind(value)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise NoAnswer(f"expected another kind of answer; found {repr(value)[:100]} ({error})") from None
