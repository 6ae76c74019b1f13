"""Call a model: at once where it takes microseconds, through one waiting line where it does not."""

from __future__ import annotations

import importlib.util
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from day89.errors import Day89Error, IntegrityError
from day89.models import Manifest, load_model, read_manifest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Batcher", "ModelBusyError", "ServedModel", "load_served", "served_model"]

BATCH_ROWS = 1024
IDLE_SECONDS = 5.0
CLOSE = 1e-3  # relative: what a regressor's golden answers may differ by between machines

Predict = Callable[[numpy.ndarray], list[Any]]


class ModelBusyError(Day89Error, TimeoutError):
    """The model did not answer in time."""


@dataclass(frozen=True)
class ServedModel:
    """One version of a model, ready to answer."""

    manifest: Manifest
    format: str
    predict: Predict

    @property
    def is_direct(self) -> bool:
        """Say whether a call runs at once where it is made, and waits for nobody."""
        return self.format == "onnx"

    def check_golden(self) -> None:
        """Compare the answers to the golden rows with those that were stored with the model.

        Raises:
            IntegrityError: one differs: this is not, or no longer, the model that was published.
        """
        want = list(self.manifest.golden_predictions)
        got = self.predict(numpy.array(self.manifest.golden_rows, dtype=float)) if want else []
        exact = self.manifest.kind == "classifier"
        same = want == got if exact else bool(numpy.allclose(want, got, rtol=CLOSE))
        if not same:
            raise IntegrityError(
                f"version {self.manifest.version} of model {self.manifest.name!r} answers its golden rows with "
                f"{got}, not {want}: it stays out of use"
            )


def load_served(
    s3: S3Client, bucket: str, name: str, version: int, *, format: str | None = None, seconds: float = 10.0, **load: Any
) -> ServedModel:
    """Load a version of a model from S3 for serving.

    Args:
        s3: S3 client.
        bucket: bucket of the models.
        name: name of the model.
        version: number of the version.
        format: which file of it; None takes ONNX where the version has it and onnxruntime is installed, which is both
            the fastest and the only one that cannot run code, else the file that was saved first.
        seconds: how long one call may take.
        **load: ``sha256``, ``any_version``, ``trusted`` as for ``load_model``.

    Raises:
        NotFoundError: no such model, version or format.
        IntegrityError: wrong bytes, or wrong answers to the golden rows.
    """
    manifest = read_manifest(s3, bucket, name, version)
    format = format or _best_format(manifest)
    model = load_model(s3, bucket, name, version, format=format, **load)
    served = served_model(model, manifest, format, seconds=seconds)
    served.check_golden()
    return served


def served_model(model: Any, manifest: Manifest, format: str = "joblib", *, seconds: float = 10.0) -> ServedModel:
    """Wrap a loaded model for serving.

    Args:
        model: something with ``predict(rows)``.
        manifest: what is known of it.
        format: an ``onnx`` model is called directly; any other one through a ``Batcher``.
        seconds: how long one call may take.
    """
    if format == "onnx":
        return ServedModel(manifest, format, _onnx_predict(model, manifest))
    names = list(manifest.feature_names) if hasattr(model, "feature_names_in_") else None

    def predict(rows: numpy.ndarray) -> list[Any]:
        # A model that was trained on named columns gets named columns: their order is what silently goes wrong.
        table = rows if names is None else pandas.DataFrame(rows, columns=names, copy=False)
        answer: list[Any] = numpy.asarray(model.predict(table)).tolist()
        return answer

    return ServedModel(manifest, format, Batcher(predict, seconds))


def _onnx_predict(model: Any, manifest: Manifest) -> Predict:
    # An ONNX label is text or a whole number: true comes back as 1, and 2.0 as 2.
    labels = numpy.asarray(manifest.classes).dtype if manifest.classes else None
    if labels is not None and labels.kind in "bf":
        return lambda rows: model.predict(rows).astype(labels).tolist()
    return lambda rows: model.predict(rows).tolist()


@dataclass
class _Job:
    rows: numpy.ndarray
    answer: Future[list[Any]]


class Batcher:
    """A queue that answers all waiting requests with one call of the model.

    scikit-learn's fixed cost of a call (0.2 ms for a linear model, 2 ms for a forest) is far above the cost of a row,
    so requests that come while a call runs are answered together by the next one. Nothing is ever held back to fill a
    batch. The caller's wait is bounded, which a direct call could not be: Python cannot stop a thread.
    """

    def __init__(self, predict: Predict, seconds: float) -> None:
        """Wrap a function.

        Args:
            predict: takes rows, returns one answer a row.
            seconds: how long a caller waits.
        """
        self._predict, self._seconds = predict, seconds
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._running = False

    def __call__(self, rows: numpy.ndarray) -> list[Any]:
        """Return the answers to these rows.

        Raises:
            ModelBusyError: they did not come in time.
        """
        job = _Job(rows, Future())
        with self._changed:
            self._jobs.append(job)
            if self._running:
                self._changed.notify()
            else:
                self._running = True
                threading.Thread(target=self._work, name="day89-batcher", daemon=True).start()
        try:
            return job.answer.result(self._seconds)
        except TimeoutError:
            job.answer.cancel()
            raise ModelBusyError(f"the model did not answer within {self._seconds:g} s") from None

    def _work(self) -> None:
        while jobs := self._take():
            waiting = [job for job in jobs if job.answer.set_running_or_notify_cancel()]
            try:
                self._answer(waiting)
            except Exception:
                # One request must not spoil the others of its batch: each on its own, and its own error to its sender.
                for job in waiting:
                    self._answer_alone(job)

    def _take(self) -> list[_Job]:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs, IDLE_SECONDS)
            taken: list[_Job] = []
            rows = 0
            while self._jobs and (not taken or rows + len(self._jobs[0].rows) <= BATCH_ROWS):
                taken.append(self._jobs.popleft())
                rows += len(taken[-1].rows)
            self._running = bool(taken)
            return taken

    def _answer(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        rows = jobs[0].rows if len(jobs) == 1 else numpy.concatenate([job.rows for job in jobs])
        answers = self._predict(rows)
        start = 0
        for job in jobs:
            job.answer.set_result(answers[start : start + len(job.rows)])
            start += len(job.rows)

    def _answer_alone(self, job: _Job) -> None:
        try:
            job.answer.set_result(self._predict(job.rows))
        except Exception as error:
            job.answer.set_exception(error)


def _best_format(manifest: Manifest) -> str:
    have = [file.format for file in manifest.files]
    return "onnx" if "onnx" in have and importlib.util.find_spec("onnxruntime") else have[0]
